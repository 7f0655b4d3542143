//! A question asked at one instruction of a run: an expression evaluated in a frame, for the
//! console's prompt.
//!
//! The same program with the same options runs the same way, so a question about any moment of a
//! recording is answered by running the program again up to that moment.

use crate::interpreter::frames;
use crate::objects::vm::{PyResult, Stop, Vm};

/// What the answer begins with among the program's output.
pub const MARK: &str = "\u{1}answer\u{1}";

/// Evaluates in the frame that the caller sees `depth` frames up, as the interactive prompt would.
const PROMPT: &str = r#"
import sys
frame = sys._getframe(1)
while depth:
    frame = frame.f_back
    depth -= 1
stdout = sys.stdout
sys.stdout = sys.__stdout__
print(mark)
try:
    try:
        code = compile(source, "<console>", "eval")
    except SyntaxError:
        exec(compile(source, "<console>", "exec"), frame.f_globals, frame.f_locals)
    else:
        value = eval(code, frame.f_globals, frame.f_locals)
        if value is not None:
            print(repr(value))
except BaseException as error:
    print(f"{type(error).__name__}: {error}")
"#;

/// Answers the question that is due, writes the answer to the output, and ends the run.
pub fn answer(vm: &mut Vm) {
    let Some(question) = vm.interp.question.take() else {
        return;
    };
    if ask(vm, &question.text, question.depth).is_err() {
        let exception = vm.take_raised();
        vm.xdecref(exception);
    }
    vm.stop_with(Stop::Requested);
}

fn ask(vm: &mut Vm, text: &str, depth: u32) -> PyResult<()> {
    let globals = vm.new_dict();
    for (name, text) in [("source", text), ("mark", MARK)] {
        let value = vm.new_str(text);
        vm.dict_set_name(globals, name, value);
        vm.decref(value);
    }
    let depth = vm.new_int(i64::from(depth));
    vm.dict_set_name(globals, "depth", depth);
    vm.decref(depth);
    let builtins = vm.interp.builtins;
    vm.dict_set_name(globals, "__builtins__", builtins);
    let code = super::bltinmodule::code::compile_source(
        vm,
        PROMPT.as_bytes(),
        "<console>",
        "exec",
        super::compile::SOURCE_IS_UTF8,
        -1,
    )?;
    let result = frames::eval_code(vm, code, globals, globals);
    vm.decref(code);
    vm.decref(globals);
    let value = result?;
    vm.decref(value);
    Ok(())
}
