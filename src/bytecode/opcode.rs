//! The opcodes: number, handler, effect on the stack, flags and meaning, one row for each.
//!
//! Mirrors `Include/opcode_ids.h`, `pycore_opcode_metadata.h` and `pycore_opcode_utils.h` of
//! CPython 3.13.0. Everything the rest of the program knows about an opcode comes from here.

/// Calls a macro with the table of all opcodes.
///
/// A row reads: name, number, handler, `[kind]` (a specialized one with its family),
/// the stack before and after, `|oparg| popped => pushed`, the fields of the inline cache in
/// code units, the flags, and what the instruction does.
#[macro_export]
macro_rules! for_each_opcode {
    ($apply:ident) => { $apply! {
        // Base instructions.
        CACHE 0 cache [base] "( -- )"
            |_| 0 => 0; [] []
            "Room for the inline cache of the instruction before it; never executed.",
        BEFORE_ASYNC_WITH 1 before_async_with [base] "(mgr -- aexit, res)"
            |_| 1 => 2; [] [ERROR ERROR_NO_POP ESCAPES]
            "Push __aexit__ of the manager and the result of calling its __aenter__.",
        BEFORE_WITH 2 before_with [base] "(mgr -- exit, res)"
            |_| 1 => 2; [] [ERROR ERROR_NO_POP ESCAPES]
            "Push __exit__ of the manager and the result of calling its __enter__.",
        BINARY_SLICE 4 binary_slice [base] "(container, start, stop -- res)"
            |_| 3 => 1; [] [ERROR ESCAPES]
            "Push container[start:stop].",
        BINARY_SUBSCR 5 binary_subscr [base] "(container, sub -- res)"
            |_| 2 => 1; [counter 1] [ERROR ESCAPES]
            "Push container[sub].",
        CHECK_EG_MATCH 6 check_eg_match [base] "(exc_value, match_type -- rest, match)"
            |_| 2 => 2; [] [ERROR ESCAPES]
            "Split an exception group into the part that matches and the rest.",
        CHECK_EXC_MATCH 7 check_exc_match [base] "(left, right -- left, bool)"
            |_| 2 => 2; [] [ERROR ESCAPES]
            "Push whether the exception below matches the class on top.",
        CLEANUP_THROW 8 cleanup_throw [base] "(sub_iter, last_sent, exc_value -- none, value)"
            |_| 3 => 2; [] [ERROR ERROR_NO_POP ESCAPES]
            "After throw() into a delegated generator: unwrap StopIteration, else raise again.",
        DELETE_SUBSCR 9 delete_subscr [base] "(container, sub -- )"
            |_| 2 => 0; [] [ERROR ESCAPES]
            "Do del container[sub].",
        END_ASYNC_FOR 10 end_async_for [base] "(awaitable, exc -- )"
            |_| 2 => 0; [] [ERROR ERROR_NO_POP ESCAPES]
            "End an async for when the exception is StopAsyncIteration, else raise it again.",
        END_FOR 11 end_for [base] "(value -- )"
            |_| 1 => 0; [] [PURE]
            "Drop the end marker of an exhausted loop.",
        END_SEND 12 end_send [base] "(receiver, value -- value)"
            |_| 2 => 1; [] [PURE]
            "Drop the receiver below the value once delegation has ended.",
        EXIT_INIT_CHECK 13 exit_init_check [base] "(should_be_none -- )"
            |_| 1 => 0; [] [ERROR ERROR_NO_POP ESCAPES]
            "Check that __init__ returned None.",
        FORMAT_SIMPLE 14 format_simple [base] "(value -- res)"
            |_| 1 => 1; [] [ERROR ESCAPES]
            "Format the value as an f-string does.",
        FORMAT_WITH_SPEC 15 format_with_spec [base] "(value, fmt_spec -- res)"
            |_| 2 => 1; [] [ERROR ESCAPES]
            "Format the value with a format specification.",
        GET_AITER 16 get_aiter [base] "(obj -- iter)"
            |_| 1 => 1; [] [ERROR ESCAPES]
            "Push the asynchronous iterator of the object.",
        RESERVED 17 reserved [base] "( -- )"
            |_| 0 => 0; [] []
            "Not used.",
        GET_ANEXT 18 get_anext [base] "(aiter -- aiter, awaitable)"
            |_| 1 => 2; [] [ERROR ERROR_NO_POP ESCAPES]
            "Push the awaitable for the next item of an asynchronous iterator.",
        GET_ITER 19 get_iter [base] "(iterable -- iter)"
            |_| 1 => 1; [] [ERROR ESCAPES]
            "Push iter(iterable).",
        GET_LEN 20 get_len [base] "(obj -- obj, len)"
            |_| 1 => 2; [] [ERROR ESCAPES]
            "Push the length of the object on top, which stays.",
        GET_YIELD_FROM_ITER 21 get_yield_from_iter [base] "(iterable -- iter)"
            |_| 1 => 1; [] [ERROR ERROR_NO_POP ESCAPES]
            "Push what yield from delegates to: a generator itself, else iter(iterable).",
        INTERPRETER_EXIT 22 interpreter_exit [base] "(retval -- )"
            |_| 1 => 0; [] [ESCAPES]
            "Leave the evaluation loop with the value on top.",
        LOAD_ASSERTION_ERROR 23 load_assertion_error [base] "( -- AssertionError)"
            |_| 0 => 1; [] []
            "Push AssertionError, whatever that name may be bound to.",
        LOAD_BUILD_CLASS 24 load_build_class [base] "( -- bc)"
            |_| 0 => 1; [] [ERROR ESCAPES]
            "Push the builtin __build_class__.",
        LOAD_LOCALS 25 load_locals [base] "( -- locals)"
            |_| 0 => 1; [] [ERROR ESCAPES]
            "Push the mapping of local names.",
        MAKE_FUNCTION 26 make_function [base] "(codeobj -- func)"
            |_| 1 => 1; [] [ERROR ERROR_NO_POP ESCAPES]
            "Make a function from the code object on top.",
        MATCH_KEYS 27 match_keys [base] "(subject, keys -- subject, keys, values_or_none)"
            |_| 2 => 3; [] [ERROR ESCAPES]
            "Push the values of all keys of a mapping, or None when one is missing.",
        MATCH_MAPPING 28 match_mapping [base] "(subject -- subject, bool)"
            |_| 1 => 2; [] []
            "Push whether the subject is a mapping.",
        MATCH_SEQUENCE 29 match_sequence [base] "(subject -- subject, bool)"
            |_| 1 => 2; [] []
            "Push whether the subject is a sequence.",
        NOP 30 nop [base] "( -- )"
            |_| 0 => 0; [] [PURE]
            "Do nothing; carries a line number.",
        POP_EXCEPT 31 pop_except [base] "(exc_value -- )"
            |_| 1 => 0; [] [ESCAPES]
            "Make the exception on top the handled one again, as before the handler.",
        POP_TOP 32 pop_top [base] "(value -- )"
            |_| 1 => 0; [] [PURE]
            "Drop the value on top.",
        PUSH_EXC_INFO 33 push_exc_info [base] "(new_exc -- prev_exc, new_exc)"
            |_| 1 => 2; [] []
            "Enter a handler: the new exception becomes the handled one, the previous stays below.",
        PUSH_NULL 34 push_null [base] "( -- NULL)"
            |_| 0 => 1; [] [PURE]
            "Push NULL, the empty self slot of a call.",
        RETURN_GENERATOR 35 return_generator [base] "( -- res)"
            |_| 0 => 1; [] [ERROR ERROR_NO_POP ESCAPES]
            "Make a generator from this frame and return it to the caller.",
        RETURN_VALUE 36 return_value [base] "(retval -- )"
            |_| 1 => 0; [] []
            "Return the value on top to the caller.",
        SETUP_ANNOTATIONS 37 setup_annotations [base] "( -- )"
            |_| 0 => 0; [] [ERROR ESCAPES]
            "Make sure that __annotations__ exists among the local names.",
        STORE_SLICE 38 store_slice [base] "(v, container, start, stop -- )"
            |_| 4 => 0; [] [ERROR ESCAPES]
            "Do container[start:stop] = v.",
        STORE_SUBSCR 39 store_subscr [base] "(v, container, sub -- )"
            |_| 3 => 0; [counter 1] [ERROR ESCAPES]
            "Do container[sub] = v.",
        TO_BOOL 40 to_bool [base] "(value -- res)"
            |_| 1 => 1; [counter 1 version 2] [ERROR ESCAPES]
            "Push the truth value of the value on top.",
        UNARY_INVERT 41 unary_invert [base] "(value -- res)"
            |_| 1 => 1; [] [ERROR ESCAPES]
            "Push ~value.",
        UNARY_NEGATIVE 42 unary_negative [base] "(value -- res)"
            |_| 1 => 1; [] [ERROR ESCAPES]
            "Push -value.",
        UNARY_NOT 43 unary_not [base] "(value -- res)"
            |_| 1 => 1; [] [PURE]
            "Push the opposite of the bool on top.",
        WITH_EXCEPT_START 44 with_except_start [base] "(exit_func, lasti, unused, val -- exit_func, lasti, unused, val, res)"
            |_| 4 => 5; [] [ERROR ESCAPES]
            "Call __exit__ with the exception that left the with block.",
        BINARY_OP 45 binary_op [base] "(lhs, rhs -- res)"
            |_| 2 => 1; [counter 1] [ARG ERROR ESCAPES]
            "Apply the binary operator with number oparg.",
        BUILD_CONST_KEY_MAP 46 build_const_key_map [base] "(values[oparg], keys -- map)"
            |oparg| 1 + oparg => 1; [] [ARG ERROR ESCAPES]
            "Build a dict from oparg values and a constant tuple of keys.",
        BUILD_LIST 47 build_list [base] "(values[oparg] -- list)"
            |oparg| oparg => 1; [] [ARG ERROR]
            "Build a list from the oparg values on top.",
        BUILD_MAP 48 build_map [base] "(values[oparg * 2] -- map)"
            |oparg| oparg * 2 => 1; [] [ARG ERROR ESCAPES]
            "Build a dict from the oparg pairs of key and value on top.",
        BUILD_SET 49 build_set [base] "(values[oparg] -- set)"
            |oparg| oparg => 1; [] [ARG ERROR ERROR_NO_POP ESCAPES]
            "Build a set from the oparg values on top.",
        BUILD_SLICE 50 build_slice [base] "(start, stop, step if oparg == 3 -- slice)"
            |oparg| 2 + (oparg == 3) as i32 => 1; [] [ARG ERROR]
            "Build a slice from two or three values.",
        BUILD_STRING 51 build_string [base] "(pieces[oparg] -- str)"
            |oparg| oparg => 1; [] [ARG ERROR]
            "Join the oparg strings on top.",
        BUILD_TUPLE 52 build_tuple [base] "(values[oparg] -- tup)"
            |oparg| oparg => 1; [] [ARG ERROR]
            "Build a tuple from the oparg values on top.",
        CALL 53 call [base] "(callable, self_or_null, args[oparg] -- res)"
            |oparg| 2 + oparg => 1; [counter 1 func_version 2] [ARG EVAL_BREAK ERROR ERROR_NO_POP ESCAPES]
            "Call with oparg positional arguments, and self when it is not NULL.",
        CALL_FUNCTION_EX 54 call_function_ex [base] "(func, unused, callargs, kwargs if oparg & 1 -- result)"
            |oparg| 3 + (oparg & 1) => 1; [] [ARG EVAL_BREAK ERROR ERROR_NO_POP ESCAPES]
            "Call with an iterable of arguments and, if oparg is odd, a mapping.",
        CALL_INTRINSIC_1 55 call_intrinsic_1 [base] "(value -- res)"
            |_| 1 => 1; [] [ARG ERROR ESCAPES]
            "Call the internal function of one argument with number oparg.",
        CALL_INTRINSIC_2 56 call_intrinsic_2 [base] "(value2, value1 -- res)"
            |_| 2 => 1; [] [ARG ERROR ESCAPES]
            "Call the internal function of two arguments with number oparg.",
        CALL_KW 57 call_kw [base] "(callable, self_or_null, args[oparg], kwnames -- res)"
            |oparg| 3 + oparg => 1; [] [ARG EVAL_BREAK ERROR ERROR_NO_POP ESCAPES]
            "Call with oparg arguments, the last of them named by the tuple on top.",
        COMPARE_OP 58 compare_op [base] "(left, right -- res)"
            |_| 2 => 1; [counter 1] [ARG ERROR ESCAPES]
            "Compare as oparg >> 5 says; bit 4 of oparg asks for a bool.",
        CONTAINS_OP 59 contains_op [base] "(left, right -- b)"
            |_| 2 => 1; [counter 1] [ARG ERROR ESCAPES]
            "Push left in right, or left not in right when oparg is 1.",
        CONVERT_VALUE 60 convert_value [base] "(value -- result)"
            |_| 1 => 1; [] [ARG ERROR]
            "Apply str, repr or ascii, as !s, !r and !a in an f-string.",
        COPY 61 copy [base] "(bottom, unused[oparg - 1] -- bottom, unused[oparg - 1], top)"
            |oparg| oparg => 1 + oparg; [] [ARG PURE]
            "Push the value that is oparg from the top once more.",
        COPY_FREE_VARS 62 copy_free_vars [base] "( -- )"
            |_| 0 => 0; [] [ARG]
            "Copy the oparg cells of the closure into the frame.",
        DELETE_ATTR 63 delete_attr [base] "(owner -- )"
            |_| 1 => 0; [] [ARG NAME ERROR ESCAPES]
            "Do del owner.name.",
        DELETE_DEREF 64 delete_deref [base] "( -- )"
            |_| 0 => 0; [] [ARG FREE ERROR ERROR_NO_POP ESCAPES]
            "Empty the cell in slot oparg.",
        DELETE_FAST 65 delete_fast [base] "( -- )"
            |_| 0 => 0; [] [ARG LOCAL ERROR ESCAPES]
            "Unbind the local in slot oparg.",
        DELETE_GLOBAL 66 delete_global [base] "( -- )"
            |_| 0 => 0; [] [ARG NAME ERROR ERROR_NO_POP ESCAPES]
            "Delete a global name.",
        DELETE_NAME 67 delete_name [base] "( -- )"
            |_| 0 => 0; [] [ARG NAME ERROR ERROR_NO_POP ESCAPES]
            "Delete a local name of a module or class.",
        DICT_MERGE 68 dict_merge [base] "(callable, unused, unused, dict, unused[oparg - 1], update -- callable, unused, unused, dict, unused[oparg - 1])"
            |oparg| 4 + oparg => 3 + oparg; [] [ARG ERROR ESCAPES]
            "Add the keyword arguments of a mapping to a dict; a key given twice is an error.",
        DICT_UPDATE 69 dict_update [base] "(dict, unused[oparg - 1], update -- dict, unused[oparg - 1])"
            |oparg| 1 + oparg => oparg; [] [ARG ERROR ESCAPES]
            "Add the items of a mapping to a dict.",
        ENTER_EXECUTOR 70 enter_executor [base] "( -- )"
            |_| 0 => 0; [] [ARG]
            "Enter optimized code; never present in this build.",
        EXTENDED_ARG 71 extended_arg [base] "( -- )"
            |_| 0 => 0; [] [ARG]
            "Give the next instruction eight more bits of argument.",
        FOR_ITER 72 for_iter [base] "(iter -- iter, next)"
            |_| 1 => 2; [counter 1] [ARG JUMP ERROR ERROR_NO_POP ESCAPES]
            "Push the next item of the iterator, or jump past the loop when there is none.",
        GET_AWAITABLE 73 get_awaitable [base] "(iterable -- iter)"
            |_| 1 => 1; [] [ARG ERROR ESCAPES]
            "Push the iterator that awaits the object.",
        IMPORT_FROM 74 import_from [base] "(from -- from, res)"
            |_| 1 => 2; [] [ARG NAME ERROR ESCAPES]
            "Push an attribute of the module on top, importing a submodule if need be.",
        IMPORT_NAME 75 import_name [base] "(level, fromlist -- res)"
            |_| 2 => 1; [] [ARG NAME ERROR ESCAPES]
            "Import a module.",
        IS_OP 76 is_op [base] "(left, right -- b)"
            |_| 2 => 1; [] [ARG]
            "Push left is right, or left is not right when oparg is 1.",
        JUMP_BACKWARD 77 jump_backward [base] "( -- )"
            |_| 0 => 0; [counter 1] [ARG JUMP EVAL_BREAK ERROR ESCAPES]
            "Jump back by oparg units; other threads and signals get their turn here.",
        JUMP_BACKWARD_NO_INTERRUPT 78 jump_backward_no_interrupt [base] "( -- )"
            |_| 0 => 0; [] [ARG JUMP]
            "Jump back by oparg units without giving way.",
        JUMP_FORWARD 79 jump_forward [base] "( -- )"
            |_| 0 => 0; [] [ARG JUMP]
            "Jump ahead by oparg units.",
        LIST_APPEND 80 list_append [base] "(list, unused[oparg - 1], v -- list, unused[oparg - 1])"
            |oparg| 1 + oparg => oparg; [] [ARG ERROR]
            "Append to the list that is oparg from the top.",
        LIST_EXTEND 81 list_extend [base] "(list, unused[oparg - 1], iterable -- list, unused[oparg - 1])"
            |oparg| 1 + oparg => oparg; [] [ARG ERROR ESCAPES]
            "Extend the list that is oparg from the top.",
        LOAD_ATTR 82 load_attr [base] "(owner -- attr, self_or_null if oparg & 1)"
            |oparg| 1 => 1 + (oparg & 1); [counter 1 version 2 keys_version 2 descr 4] [ARG NAME ERROR ESCAPES]
            "Push an attribute; if oparg is odd, a method unbound with its self.",
        LOAD_CONST 83 load_const [base] "( -- value)"
            |_| 0 => 1; [] [ARG CONST PURE]
            "Push the constant with index oparg.",
        LOAD_DEREF 84 load_deref [base] "( -- value)"
            |_| 0 => 1; [] [ARG FREE ERROR ESCAPES]
            "Push the content of the cell in slot oparg.",
        LOAD_FAST 85 load_fast [base] "( -- value)"
            |_| 0 => 1; [] [ARG LOCAL PURE]
            "Push the local in slot oparg.",
        LOAD_FAST_AND_CLEAR 86 load_fast_and_clear [base] "( -- value)"
            |_| 0 => 1; [] [ARG LOCAL]
            "Push the local in slot oparg, or NULL, and empty the slot.",
        LOAD_FAST_CHECK 87 load_fast_check [base] "( -- value)"
            |_| 0 => 1; [] [ARG LOCAL ERROR ESCAPES]
            "Push the local in slot oparg, which may be unbound.",
        LOAD_FAST_LOAD_FAST 88 load_fast_load_fast [base] "( -- value1, value2)"
            |_| 0 => 2; [] [ARG LOCAL]
            "Push the locals in slots oparg >> 4 and oparg & 15.",
        LOAD_FROM_DICT_OR_DEREF 89 load_from_dict_or_deref [base] "(class_dict -- value)"
            |_| 1 => 1; [] [ARG FREE ERROR ERROR_NO_POP ESCAPES]
            "Push a name from the class namespace, else from the cell in slot oparg.",
        LOAD_FROM_DICT_OR_GLOBALS 90 load_from_dict_or_globals [base] "(mod_or_class_dict -- v)"
            |_| 1 => 1; [] [ARG NAME ERROR ERROR_NO_POP ESCAPES]
            "Push a name from the mapping on top, else from the globals or builtins.",
        LOAD_GLOBAL 91 load_global [base] "( -- res, null if oparg & 1)"
            |oparg| 0 => 1 + (oparg & 1); [counter 1 index 1 module_keys_version 1 builtin_keys_version 1] [ARG NAME ERROR ESCAPES]
            "Push a global or builtin; if oparg is odd, also NULL for a call.",
        LOAD_NAME 92 load_name [base] "( -- v)"
            |_| 0 => 1; [] [ARG NAME ERROR ERROR_NO_POP ESCAPES]
            "Push a name, looked up in locals, globals and builtins.",
        LOAD_SUPER_ATTR 93 load_super_attr [base] "(global_super, class, self -- attr, self_or_null if oparg & 1)"
            |oparg| 3 => 1 + (oparg & 1); [counter 1] [ARG NAME ERROR ESCAPES]
            "Push an attribute of super() without making the super object.",
        MAKE_CELL 94 make_cell [base] "( -- )"
            |_| 0 => 0; [] [ARG FREE ERROR ERROR_NO_POP]
            "Put the local in slot oparg into a new cell.",
        MAP_ADD 95 map_add [base] "(dict, unused[oparg - 1], key, value -- dict, unused[oparg - 1])"
            |oparg| 2 + oparg => oparg; [] [ARG ERROR ESCAPES]
            "Add a pair to the dict that is oparg from the top.",
        MATCH_CLASS 96 match_class [base] "(subject, type, names -- attrs)"
            |_| 3 => 1; [] [ARG ERROR ESCAPES]
            "Push the attributes that a class pattern asks for, or None.",
        POP_JUMP_IF_FALSE 97 pop_jump_if_false [base] "(cond -- )"
            |_| 1 => 0; [counter 1] [ARG JUMP]
            "Jump if the bool on top is False.",
        POP_JUMP_IF_NONE 98 pop_jump_if_none [base] "(value -- )"
            |_| 1 => 0; [counter 1] [ARG JUMP]
            "Jump if the value on top is None.",
        POP_JUMP_IF_NOT_NONE 99 pop_jump_if_not_none [base] "(value -- )"
            |_| 1 => 0; [counter 1] [ARG JUMP]
            "Jump if the value on top is not None.",
        POP_JUMP_IF_TRUE 100 pop_jump_if_true [base] "(cond -- )"
            |_| 1 => 0; [counter 1] [ARG JUMP]
            "Jump if the bool on top is True.",
        RAISE_VARARGS 101 raise_varargs [base] "(args[oparg] -- )"
            |oparg| oparg => 0; [] [ARG ERROR ERROR_NO_POP ESCAPES]
            "Raise: again the handled exception, the one on top, or one from another.",
        RERAISE 102 reraise [base] "(values[oparg], exc -- values[oparg])"
            |oparg| 1 + oparg => oparg; [] [ARG ERROR ERROR_NO_POP ESCAPES]
            "Raise the exception on top again; if oparg is not 0, restore the position below it.",
        RETURN_CONST 103 return_const [base] "( -- )"
            |_| 0 => 0; [] [ARG CONST]
            "Return the constant with index oparg to the caller.",
        SEND 104 send [base] "(receiver, v -- receiver, retval)"
            |_| 2 => 2; [counter 1] [ARG JUMP ERROR ERROR_NO_POP ESCAPES]
            "Send the value to the receiver; jump when it has finished.",
        SET_ADD 105 set_add [base] "(set, unused[oparg - 1], v -- set, unused[oparg - 1])"
            |oparg| 1 + oparg => oparg; [] [ARG ERROR ESCAPES]
            "Add to the set that is oparg from the top.",
        SET_FUNCTION_ATTRIBUTE 106 set_function_attribute [base] "(attr, func -- func)"
            |_| 2 => 1; [] [ARG ESCAPES]
            "Give the function its defaults, keyword defaults, annotations or closure.",
        SET_UPDATE 107 set_update [base] "(set, unused[oparg - 1], iterable -- set, unused[oparg - 1])"
            |oparg| 1 + oparg => oparg; [] [ARG ERROR ESCAPES]
            "Add all items to the set that is oparg from the top.",
        STORE_ATTR 108 store_attr [base] "(v, owner -- )"
            |_| 2 => 0; [counter 1 version 2 index 1] [ARG NAME ERROR ESCAPES]
            "Do owner.name = v.",
        STORE_DEREF 109 store_deref [base] "(v -- )"
            |_| 1 => 0; [] [ARG FREE ESCAPES]
            "Store into the cell in slot oparg.",
        STORE_FAST 110 store_fast [base] "(value -- )"
            |_| 1 => 0; [] [ARG LOCAL]
            "Store into the local in slot oparg.",
        STORE_FAST_LOAD_FAST 111 store_fast_load_fast [base] "(value1 -- value2)"
            |_| 1 => 1; [] [ARG LOCAL]
            "Store into slot oparg >> 4, then push slot oparg & 15.",
        STORE_FAST_STORE_FAST 112 store_fast_store_fast [base] "(value2, value1 -- )"
            |_| 2 => 0; [] [ARG LOCAL]
            "Store into slot oparg >> 4, then into slot oparg & 15.",
        STORE_GLOBAL 113 store_global [base] "(v -- )"
            |_| 1 => 0; [] [ARG NAME ERROR ESCAPES]
            "Store a global name.",
        STORE_NAME 114 store_name [base] "(v -- )"
            |_| 1 => 0; [] [ARG NAME ERROR ESCAPES]
            "Store a local name of a module or class.",
        SWAP 115 swap [base] "(bottom, unused[oparg - 2], top -- top, unused[oparg - 2], bottom)"
            |oparg| oparg => oparg; [] [ARG PURE]
            "Exchange the value on top with the one that is oparg from the top.",
        UNPACK_EX 116 unpack_ex [base] "(seq -- before[oparg & 0xFF], rest, after[oparg >> 8])"
            |oparg| 1 => 1 + (oparg >> 8) + (oparg & 0xFF); [] [ARG ERROR ESCAPES]
            "Unpack an iterable around a starred target.",
        UNPACK_SEQUENCE 117 unpack_sequence [base] "(seq -- values[oparg])"
            |oparg| 1 => oparg; [counter 1] [ARG ERROR ESCAPES]
            "Unpack an iterable into exactly oparg values.",
        YIELD_VALUE 118 yield_value [base] "(retval -- value)"
            |_| 1 => 1; [] [ARG ESCAPES]
            "Suspend the generator and give the value on top to its caller.",
        RESUME 149 resume [base] "( -- )"
            |_| 0 => 0; [] [ARG EVAL_BREAK ERROR ESCAPES]
            "Mark where a function starts or goes on; other threads and signals get their turn here.",
        // Specialized instructions: what a base instruction becomes when it has seen its operands.
        BINARY_OP_INPLACE_ADD_UNICODE 3 binary_op_inplace_add_unicode [specialized BINARY_OP] "(lhs, rhs -- res)"
            |_| 2 => 0; [counter 1] [LOCAL DEOPT EXIT ERROR ESCAPES]
            "a = a + b for strings, growing the string in place where nobody else holds it.",
        BINARY_OP_ADD_FLOAT 150 binary_op_add_float [specialized BINARY_OP] "(lhs, rhs -- res)"
            |_| 2 => 1; [counter 1] [EXIT]
            "Add two floats.",
        BINARY_OP_ADD_INT 151 binary_op_add_int [specialized BINARY_OP] "(lhs, rhs -- res)"
            |_| 2 => 1; [counter 1] [EXIT ERROR]
            "Add two ints.",
        BINARY_OP_ADD_UNICODE 152 binary_op_add_unicode [specialized BINARY_OP] "(lhs, rhs -- res)"
            |_| 2 => 1; [counter 1] [EXIT ERROR]
            "Join two strings.",
        BINARY_OP_MULTIPLY_FLOAT 153 binary_op_multiply_float [specialized BINARY_OP] "(lhs, rhs -- res)"
            |_| 2 => 1; [counter 1] [EXIT]
            "Multiply two floats.",
        BINARY_OP_MULTIPLY_INT 154 binary_op_multiply_int [specialized BINARY_OP] "(lhs, rhs -- res)"
            |_| 2 => 1; [counter 1] [EXIT ERROR]
            "Multiply two ints.",
        BINARY_OP_SUBTRACT_FLOAT 155 binary_op_subtract_float [specialized BINARY_OP] "(lhs, rhs -- res)"
            |_| 2 => 1; [counter 1] [EXIT]
            "Subtract two floats.",
        BINARY_OP_SUBTRACT_INT 156 binary_op_subtract_int [specialized BINARY_OP] "(lhs, rhs -- res)"
            |_| 2 => 1; [counter 1] [EXIT ERROR]
            "Subtract two ints.",
        BINARY_SUBSCR_DICT 157 binary_subscr_dict [specialized BINARY_SUBSCR] "(container, sub -- res)"
            |_| 2 => 1; [counter 1] [DEOPT ERROR ESCAPES]
            "Look up a key of an exact dict.",
        BINARY_SUBSCR_GETITEM 158 binary_subscr_getitem [specialized BINARY_SUBSCR] "(container, sub -- res)"
            |_| 2 => 1; [counter 1] [DEOPT ESCAPES]
            "Call a __getitem__ that is written in Python, in this loop.",
        BINARY_SUBSCR_LIST_INT 159 binary_subscr_list_int [specialized BINARY_SUBSCR] "(container, sub -- res)"
            |_| 2 => 1; [counter 1] [DEOPT]
            "Index an exact list with a small int.",
        BINARY_SUBSCR_STR_INT 160 binary_subscr_str_int [specialized BINARY_SUBSCR] "(container, sub -- res)"
            |_| 2 => 1; [counter 1] [DEOPT]
            "Index an exact str with a small int.",
        BINARY_SUBSCR_TUPLE_INT 161 binary_subscr_tuple_int [specialized BINARY_SUBSCR] "(container, sub -- res)"
            |_| 2 => 1; [counter 1] [DEOPT]
            "Index an exact tuple with a small int.",
        CALL_ALLOC_AND_ENTER_INIT 162 call_alloc_and_enter_init [specialized CALL] "(callable, self_or_null, args[oparg] -- res)"
            |oparg| 2 + oparg => 1; [counter 1 func_version 2] [ARG DEOPT ERROR ERROR_NO_POP ESCAPES]
            "Make an instance and run its Python __init__ in this loop.",
        CALL_BOUND_METHOD_EXACT_ARGS 163 call_bound_method_exact_args [specialized CALL] "(callable, self_or_null, args[oparg] -- res)"
            |oparg| 2 + oparg => 0; [counter 1 func_version 2] [ARG DEOPT EXIT]
            "Call a bound method with exactly the arguments it declares.",
        CALL_BOUND_METHOD_GENERAL 164 call_bound_method_general [specialized CALL] "(callable, self_or_null, args[oparg] -- res)"
            |oparg| 2 + oparg => 0; [counter 1 func_version 2] [ARG DEOPT EXIT ERROR ERROR_NO_POP ESCAPES]
            "Call a bound method that is written in Python.",
        CALL_BUILTIN_CLASS 165 call_builtin_class [specialized CALL] "(callable, self_or_null, args[oparg] -- res)"
            |oparg| 2 + oparg => 1; [counter 1 func_version 2] [ARG EVAL_BREAK DEOPT ERROR ESCAPES]
            "Call a built-in class.",
        CALL_BUILTIN_FAST 166 call_builtin_fast [specialized CALL] "(callable, self_or_null, args[oparg] -- res)"
            |oparg| 2 + oparg => 1; [counter 1 func_version 2] [ARG EVAL_BREAK DEOPT ERROR ESCAPES]
            "Call a built-in function that takes an array of arguments.",
        CALL_BUILTIN_FAST_WITH_KEYWORDS 167 call_builtin_fast_with_keywords [specialized CALL] "(callable, self_or_null, args[oparg] -- res)"
            |oparg| 2 + oparg => 1; [counter 1 func_version 2] [ARG EVAL_BREAK DEOPT ERROR ESCAPES]
            "Call a built-in function that takes an array of arguments and keywords.",
        CALL_BUILTIN_O 168 call_builtin_o [specialized CALL] "(callable, self_or_null, args[oparg] -- res)"
            |oparg| 2 + oparg => 1; [counter 1 func_version 2] [ARG EVAL_BREAK DEOPT ERROR ESCAPES]
            "Call a built-in function of one argument.",
        CALL_ISINSTANCE 169 call_isinstance [specialized CALL] "(callable, self_or_null, args[oparg] -- res)"
            |oparg| 2 + oparg => 1; [counter 1 func_version 2] [ARG DEOPT ERROR ERROR_NO_POP ESCAPES]
            "Call isinstance.",
        CALL_LEN 170 call_len [specialized CALL] "(callable, self_or_null, args[oparg] -- res)"
            |oparg| 2 + oparg => 1; [counter 1 func_version 2] [ARG DEOPT ERROR ERROR_NO_POP ESCAPES]
            "Call len.",
        CALL_LIST_APPEND 171 call_list_append [specialized CALL] "(callable, self_or_null, args[oparg] -- res)"
            |_| 3 => 1; [counter 1 func_version 2] [ARG DEOPT ERROR ERROR_NO_POP]
            "Call append of an exact list.",
        CALL_METHOD_DESCRIPTOR_FAST 172 call_method_descriptor_fast [specialized CALL] "(callable, self_or_null, args[oparg] -- res)"
            |oparg| 2 + oparg => 1; [counter 1 func_version 2] [ARG EVAL_BREAK DEOPT ERROR ESCAPES]
            "Call a built-in method that takes an array of arguments.",
        CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS 173 call_method_descriptor_fast_with_keywords [specialized CALL] "(callable, self_or_null, args[oparg] -- res)"
            |oparg| 2 + oparg => 1; [counter 1 func_version 2] [ARG EVAL_BREAK DEOPT ERROR ESCAPES]
            "Call a built-in method that takes an array of arguments and keywords.",
        CALL_METHOD_DESCRIPTOR_NOARGS 174 call_method_descriptor_noargs [specialized CALL] "(callable, self_or_null, args[oparg] -- res)"
            |oparg| 2 + oparg => 1; [counter 1 func_version 2] [ARG EVAL_BREAK DEOPT ERROR ESCAPES]
            "Call a built-in method without arguments.",
        CALL_METHOD_DESCRIPTOR_O 175 call_method_descriptor_o [specialized CALL] "(callable, self_or_null, args[oparg] -- res)"
            |oparg| 2 + oparg => 1; [counter 1 func_version 2] [ARG EVAL_BREAK DEOPT ERROR ESCAPES]
            "Call a built-in method of one argument.",
        CALL_NON_PY_GENERAL 176 call_non_py_general [specialized CALL] "(callable, self_or_null, args[oparg] -- res)"
            |oparg| 2 + oparg => 1; [counter 1 func_version 2] [ARG EVAL_BREAK EXIT ERROR ESCAPES]
            "Call something that is not written in Python.",
        CALL_PY_EXACT_ARGS 177 call_py_exact_args [specialized CALL] "(callable, self_or_null, args[oparg] -- res)"
            |oparg| 2 + oparg => 0; [counter 1 func_version 2] [ARG DEOPT EXIT]
            "Call a Python function with exactly the arguments it declares.",
        CALL_PY_GENERAL 178 call_py_general [specialized CALL] "(callable, self_or_null, args[oparg] -- res)"
            |oparg| 2 + oparg => 0; [counter 1 func_version 2] [ARG DEOPT EXIT ERROR ERROR_NO_POP ESCAPES]
            "Call a Python function in this loop.",
        CALL_STR_1 179 call_str_1 [specialized CALL] "(callable, self_or_null, args[oparg] -- res)"
            |_| 3 => 1; [counter 1 func_version 2] [ARG EVAL_BREAK DEOPT ERROR ESCAPES]
            "Call str with one argument.",
        CALL_TUPLE_1 180 call_tuple_1 [specialized CALL] "(callable, self_or_null, args[oparg] -- res)"
            |_| 3 => 1; [counter 1 func_version 2] [ARG EVAL_BREAK DEOPT ERROR ESCAPES]
            "Call tuple with one argument.",
        CALL_TYPE_1 181 call_type_1 [specialized CALL] "(callable, self_or_null, args[oparg] -- res)"
            |_| 3 => 1; [counter 1 func_version 2] [ARG DEOPT]
            "Call type with one argument.",
        COMPARE_OP_FLOAT 182 compare_op_float [specialized COMPARE_OP] "(left, right -- res)"
            |_| 2 => 1; [counter 1] [ARG EXIT]
            "Compare two floats.",
        COMPARE_OP_INT 183 compare_op_int [specialized COMPARE_OP] "(left, right -- res)"
            |_| 2 => 1; [counter 1] [ARG DEOPT EXIT]
            "Compare two small ints.",
        COMPARE_OP_STR 184 compare_op_str [specialized COMPARE_OP] "(left, right -- res)"
            |_| 2 => 1; [counter 1] [ARG EXIT]
            "Compare two strings for equality.",
        CONTAINS_OP_DICT 185 contains_op_dict [specialized CONTAINS_OP] "(left, right -- b)"
            |_| 2 => 1; [counter 1] [ARG DEOPT ERROR ESCAPES]
            "Test whether an exact dict has a key.",
        CONTAINS_OP_SET 186 contains_op_set [specialized CONTAINS_OP] "(left, right -- b)"
            |_| 2 => 1; [counter 1] [ARG DEOPT ERROR ESCAPES]
            "Test whether a set has an item.",
        FOR_ITER_GEN 187 for_iter_gen [specialized FOR_ITER] "(iter -- iter, next)"
            |_| 1 => 1; [counter 1] [ARG DEOPT]
            "Resume a generator in this loop for its next item.",
        FOR_ITER_LIST 188 for_iter_list [specialized FOR_ITER] "(iter -- iter, next)"
            |_| 1 => 2; [counter 1] [ARG JUMP EXIT]
            "Push the next item of a list iterator.",
        FOR_ITER_RANGE 189 for_iter_range [specialized FOR_ITER] "(iter -- iter, next)"
            |_| 1 => 2; [counter 1] [ARG JUMP EXIT ERROR]
            "Push the next int of a range iterator.",
        FOR_ITER_TUPLE 190 for_iter_tuple [specialized FOR_ITER] "(iter -- iter, next)"
            |_| 1 => 2; [counter 1] [ARG JUMP EXIT]
            "Push the next item of a tuple iterator.",
        LOAD_ATTR_CLASS 191 load_attr_class [specialized LOAD_ATTR] "(owner -- attr, self_or_null if oparg & 1)"
            |oparg| 1 => 1 + (oparg & 1); [counter 1 version 2 keys_version 2 descr 4] [ARG DEOPT]
            "Push an attribute of a class.",
        LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN 192 load_attr_getattribute_overridden [specialized LOAD_ATTR] "(owner -- attr, self_or_null if oparg & 1)"
            |_| 1 => 1; [counter 1 version 2 keys_version 2 descr 4] [ARG NAME DEOPT ESCAPES]
            "Call a __getattribute__ that is written in Python, in this loop.",
        LOAD_ATTR_INSTANCE_VALUE 193 load_attr_instance_value [specialized LOAD_ATTR] "(owner -- attr, self_or_null if oparg & 1)"
            |oparg| 1 => 1 + (oparg & 1); [counter 1 version 2 keys_version 2 descr 4] [ARG DEOPT EXIT]
            "Push an attribute from the inline values of an instance.",
        LOAD_ATTR_METHOD_LAZY_DICT 194 load_attr_method_lazy_dict [specialized LOAD_ATTR] "(owner -- attr, self_or_null if oparg & 1)"
            |_| 1 => 2; [counter 1 version 2 keys_version 2 descr 4] [ARG DEOPT EXIT]
            "Push a method of an instance whose dict is not yet made.",
        LOAD_ATTR_METHOD_NO_DICT 195 load_attr_method_no_dict [specialized LOAD_ATTR] "(owner -- attr, self_or_null if oparg & 1)"
            |_| 1 => 2; [counter 1 version 2 keys_version 2 descr 4] [ARG EXIT]
            "Push a method of an instance that has no dict.",
        LOAD_ATTR_METHOD_WITH_VALUES 196 load_attr_method_with_values [specialized LOAD_ATTR] "(owner -- attr, self_or_null if oparg & 1)"
            |_| 1 => 2; [counter 1 version 2 keys_version 2 descr 4] [ARG DEOPT EXIT]
            "Push a method of an instance with inline values.",
        LOAD_ATTR_MODULE 197 load_attr_module [specialized LOAD_ATTR] "(owner -- attr, self_or_null if oparg & 1)"
            |oparg| 1 => 1 + (oparg & 1); [counter 1 version 2 keys_version 2 descr 4] [ARG DEOPT]
            "Push an attribute of a module.",
        LOAD_ATTR_NONDESCRIPTOR_NO_DICT 198 load_attr_nondescriptor_no_dict [specialized LOAD_ATTR] "(owner -- attr, self_or_null if oparg & 1)"
            |_| 1 => 1; [counter 1 version 2 keys_version 2 descr 4] [ARG EXIT]
            "Push a class attribute through an instance that has no dict.",
        LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES 199 load_attr_nondescriptor_with_values [specialized LOAD_ATTR] "(owner -- attr, self_or_null if oparg & 1)"
            |_| 1 => 1; [counter 1 version 2 keys_version 2 descr 4] [ARG DEOPT EXIT]
            "Push a class attribute through an instance with inline values.",
        LOAD_ATTR_PROPERTY 200 load_attr_property [specialized LOAD_ATTR] "(owner -- attr, self_or_null if oparg & 1)"
            |_| 1 => 1; [counter 1 version 2 keys_version 2 descr 4] [ARG DEOPT ESCAPES]
            "Call the Python getter of a property in this loop.",
        LOAD_ATTR_SLOT 201 load_attr_slot [specialized LOAD_ATTR] "(owner -- attr, self_or_null if oparg & 1)"
            |oparg| 1 => 1 + (oparg & 1); [counter 1 version 2 keys_version 2 descr 4] [ARG DEOPT EXIT]
            "Push the value of a slot.",
        LOAD_ATTR_WITH_HINT 202 load_attr_with_hint [specialized LOAD_ATTR] "(owner -- attr, self_or_null if oparg & 1)"
            |oparg| 1 => 1 + (oparg & 1); [counter 1 version 2 keys_version 2 descr 4] [ARG NAME DEOPT EXIT]
            "Push an attribute from the dict of an instance, at the remembered position.",
        LOAD_GLOBAL_BUILTIN 203 load_global_builtin [specialized LOAD_GLOBAL] "( -- res, null if oparg & 1)"
            |oparg| 0 => 1 + (oparg & 1); [counter 1 index 1 module_keys_version 1 builtin_keys_version 1] [ARG DEOPT]
            "Push a builtin that no global hides.",
        LOAD_GLOBAL_MODULE 204 load_global_module [specialized LOAD_GLOBAL] "( -- res, null if oparg & 1)"
            |oparg| 0 => 1 + (oparg & 1); [counter 1 index 1 module_keys_version 1 builtin_keys_version 1] [ARG DEOPT]
            "Push a global of the module.",
        LOAD_SUPER_ATTR_ATTR 205 load_super_attr_attr [specialized LOAD_SUPER_ATTR] "(global_super, class, self -- attr, self_or_null if oparg & 1)"
            |_| 3 => 1; [counter 1] [ARG NAME DEOPT ERROR ESCAPES]
            "Push an attribute of super().",
        LOAD_SUPER_ATTR_METHOD 206 load_super_attr_method [specialized LOAD_SUPER_ATTR] "(global_super, class, self -- attr, self_or_null if oparg & 1)"
            |_| 3 => 2; [counter 1] [ARG NAME DEOPT ERROR ESCAPES]
            "Push a method of super() with its self.",
        RESUME_CHECK 207 resume_check [specialized RESUME] "( -- )"
            |_| 0 => 0; [] [DEOPT]
            "Go on at once when nobody asks for a turn.",
        SEND_GEN 208 send_gen [specialized SEND] "(receiver, v -- receiver, retval)"
            |_| 2 => 2; [counter 1] [ARG DEOPT]
            "Send to a generator or coroutine in this loop.",
        STORE_ATTR_INSTANCE_VALUE 209 store_attr_instance_value [specialized STORE_ATTR] "(v, owner -- )"
            |_| 2 => 0; [counter 1 version 2 index 1] [DEOPT EXIT]
            "Store into the inline values of an instance.",
        STORE_ATTR_SLOT 210 store_attr_slot [specialized STORE_ATTR] "(v, owner -- )"
            |_| 2 => 0; [counter 1 version 2 index 1] [EXIT]
            "Store into a slot.",
        STORE_ATTR_WITH_HINT 211 store_attr_with_hint [specialized STORE_ATTR] "(v, owner -- )"
            |_| 2 => 0; [counter 1 version 2 index 1] [ARG NAME DEOPT ESCAPES]
            "Store into the dict of an instance, at the remembered position.",
        STORE_SUBSCR_DICT 212 store_subscr_dict [specialized STORE_SUBSCR] "(v, container, sub -- )"
            |_| 3 => 0; [counter 1] [DEOPT ERROR ESCAPES]
            "Store under a key of an exact dict.",
        STORE_SUBSCR_LIST_INT 213 store_subscr_list_int [specialized STORE_SUBSCR] "(v, container, sub -- )"
            |_| 3 => 0; [counter 1] [DEOPT]
            "Store into an exact list at a small int.",
        TO_BOOL_ALWAYS_TRUE 214 to_bool_always_true [specialized TO_BOOL] "(value -- res)"
            |_| 1 => 1; [counter 1 version 2] [EXIT]
            "Truth of an instance whose class defines neither __bool__ nor __len__.",
        TO_BOOL_BOOL 215 to_bool_bool [specialized TO_BOOL] "(value -- res)"
            |_| 1 => 1; [counter 1 version 2] [EXIT]
            "Truth of a bool: itself.",
        TO_BOOL_INT 216 to_bool_int [specialized TO_BOOL] "(value -- res)"
            |_| 1 => 1; [counter 1 version 2] [EXIT ESCAPES]
            "Truth of an int.",
        TO_BOOL_LIST 217 to_bool_list [specialized TO_BOOL] "(value -- res)"
            |_| 1 => 1; [counter 1 version 2] [EXIT]
            "Truth of a list.",
        TO_BOOL_NONE 218 to_bool_none [specialized TO_BOOL] "(value -- res)"
            |_| 1 => 1; [counter 1 version 2] [EXIT]
            "Truth of None.",
        TO_BOOL_STR 219 to_bool_str [specialized TO_BOOL] "(value -- res)"
            |_| 1 => 1; [counter 1 version 2] [EXIT ESCAPES]
            "Truth of a str.",
        UNPACK_SEQUENCE_LIST 220 unpack_sequence_list [specialized UNPACK_SEQUENCE] "(seq -- values[oparg])"
            |oparg| 1 => oparg; [counter 1] [ARG DEOPT]
            "Unpack an exact list.",
        UNPACK_SEQUENCE_TUPLE 221 unpack_sequence_tuple [specialized UNPACK_SEQUENCE] "(seq -- values[oparg])"
            |oparg| 1 => oparg; [counter 1] [ARG DEOPT]
            "Unpack an exact tuple.",
        UNPACK_SEQUENCE_TWO_TUPLE 222 unpack_sequence_two_tuple [specialized UNPACK_SEQUENCE] "(seq -- values[oparg])"
            |_| 1 => 2; [counter 1] [ARG DEOPT]
            "Unpack an exact tuple of two.",
        // Instrumented instructions: what an instruction becomes while a monitoring tool listens.
        INSTRUMENTED_RESUME 236 instrumented_resume [instrumented] "( -- )"
            |_| 0 => 0; [] [ARG EVAL_BREAK ERROR ERROR_NO_POP ESCAPES]
            "RESUME while a monitoring tool listens.",
        INSTRUMENTED_END_FOR 237 instrumented_end_for [instrumented] "(receiver, value -- receiver)"
            |_| 2 => 1; [] [ERROR ERROR_NO_POP]
            "END_FOR while a monitoring tool listens.",
        INSTRUMENTED_END_SEND 238 instrumented_end_send [instrumented] "(receiver, value -- value)"
            |_| 2 => 1; [] [ERROR ERROR_NO_POP]
            "END_SEND while a monitoring tool listens.",
        INSTRUMENTED_RETURN_VALUE 239 instrumented_return_value [instrumented] "(retval -- )"
            |_| 1 => 0; [] [ERROR ERROR_NO_POP ESCAPES]
            "RETURN_VALUE while a monitoring tool listens.",
        INSTRUMENTED_RETURN_CONST 240 instrumented_return_const [instrumented] "( -- )"
            |_| 0 => 0; [] [ARG CONST ERROR ERROR_NO_POP ESCAPES]
            "RETURN_CONST while a monitoring tool listens.",
        INSTRUMENTED_YIELD_VALUE 241 instrumented_yield_value [instrumented] "(retval -- value)"
            |_| 1 => 1; [] [ARG ERROR ERROR_NO_POP ESCAPES]
            "YIELD_VALUE while a monitoring tool listens.",
        INSTRUMENTED_LOAD_SUPER_ATTR 242 instrumented_load_super_attr [instrumented] "(global_super, class, self -- attr, self_or_null if oparg & 1)"
            |oparg| 3 => 1 + (oparg & 1); [counter 1] [ARG]
            "LOAD_SUPER_ATTR while a monitoring tool listens.",
        INSTRUMENTED_FOR_ITER 243 instrumented_for_iter [instrumented] "( -- )"
            |_| 0 => 0; [counter 1] [ARG ERROR ERROR_NO_POP ESCAPES]
            "FOR_ITER while a monitoring tool listens.",
        INSTRUMENTED_CALL 244 instrumented_call [instrumented] "( -- )"
            |_| 0 => 0; [counter 1 func_version 2] [ARG ERROR ESCAPES]
            "CALL while a monitoring tool listens.",
        INSTRUMENTED_CALL_KW 245 instrumented_call_kw [instrumented] "( -- )"
            |_| 0 => 0; [] [ARG ERROR ESCAPES]
            "CALL_KW while a monitoring tool listens.",
        INSTRUMENTED_CALL_FUNCTION_EX 246 instrumented_call_function_ex [instrumented] "( -- )"
            |_| 0 => 0; [] []
            "CALL_FUNCTION_EX while a monitoring tool listens.",
        INSTRUMENTED_INSTRUCTION 247 instrumented_instruction [instrumented] "( -- )"
            |_| 0 => 0; [] [ERROR ESCAPES]
            "Any instruction while a monitoring tool counts instructions.",
        INSTRUMENTED_JUMP_FORWARD 248 instrumented_jump_forward [instrumented] "( -- )"
            |_| 0 => 0; [] [ARG]
            "JUMP_FORWARD while a monitoring tool listens.",
        INSTRUMENTED_JUMP_BACKWARD 249 instrumented_jump_backward [instrumented] "( -- )"
            |_| 0 => 0; [counter 1] [ARG EVAL_BREAK]
            "JUMP_BACKWARD while a monitoring tool listens.",
        INSTRUMENTED_POP_JUMP_IF_TRUE 250 instrumented_pop_jump_if_true [instrumented] "( -- )"
            |_| 0 => 0; [counter 1] [ARG]
            "POP_JUMP_IF_TRUE while a monitoring tool listens.",
        INSTRUMENTED_POP_JUMP_IF_FALSE 251 instrumented_pop_jump_if_false [instrumented] "( -- )"
            |_| 0 => 0; [counter 1] [ARG]
            "POP_JUMP_IF_FALSE while a monitoring tool listens.",
        INSTRUMENTED_POP_JUMP_IF_NONE 252 instrumented_pop_jump_if_none [instrumented] "( -- )"
            |_| 0 => 0; [counter 1] [ARG]
            "POP_JUMP_IF_NONE while a monitoring tool listens.",
        INSTRUMENTED_POP_JUMP_IF_NOT_NONE 253 instrumented_pop_jump_if_not_none [instrumented] "( -- )"
            |_| 0 => 0; [counter 1] [ARG]
            "POP_JUMP_IF_NOT_NONE while a monitoring tool listens.",
        INSTRUMENTED_LINE 254 instrumented_line [instrumented] "( -- )"
            |_| 0 => 0; [] []
            "The first instruction of a line while a monitoring tool listens.",
        // Pseudo-instructions: known to the compiler alone.
        JUMP 256 jump [pseudo] "( -- )"
            |_| 0 => 0; [] [ARG JUMP EVAL_BREAK ERROR ESCAPES]
            "Jump either way; the assembler finds out which.",
        JUMP_NO_INTERRUPT 257 jump_no_interrupt [pseudo] "( -- )"
            |_| 0 => 0; [] [ARG JUMP]
            "Jump either way without giving way.",
        LOAD_CLOSURE 258 load_closure [pseudo] "( -- cell)"
            |_| 0 => 1; [] [ARG LOCAL PURE]
            "Push the cell itself, for a closure; becomes LOAD_FAST.",
        LOAD_METHOD 259 load_method [pseudo] "(owner -- method)"
            |_| 0 => 1; [] [ARG NAME ERROR ESCAPES]
            "Push a method for a call; becomes LOAD_ATTR with an odd argument.",
        LOAD_SUPER_METHOD 260 load_super_method [pseudo] "(global_super, class, self -- method)"
            |_| 2 => 1; [] [ARG NAME ERROR ESCAPES]
            "Push a method of super(a, b) for a call; becomes LOAD_SUPER_ATTR.",
        LOAD_ZERO_SUPER_ATTR 261 load_zero_super_attr [pseudo] "(global_super, class, self -- attr)"
            |_| 2 => 1; [] [ARG NAME ERROR ESCAPES]
            "Push an attribute of super(); becomes LOAD_SUPER_ATTR.",
        LOAD_ZERO_SUPER_METHOD 262 load_zero_super_method [pseudo] "(global_super, class, self -- method)"
            |_| 2 => 1; [] [ARG NAME ERROR ESCAPES]
            "Push a method of super() for a call; becomes LOAD_SUPER_ATTR.",
        POP_BLOCK 263 pop_block [pseudo] "( -- )"
            |_| 0 => 0; [] [PURE]
            "End a protected block; only the exception table remembers it.",
        SETUP_CLEANUP 264 setup_cleanup [pseudo] "( -- )"
            |_| 0 => 0; [] [PURE ARG]
            "Begin a protected block whose handler gets the position too.",
        SETUP_FINALLY 265 setup_finally [pseudo] "( -- )"
            |_| 0 => 0; [] [PURE ARG]
            "Begin a protected block.",
        SETUP_WITH 266 setup_with [pseudo] "( -- )"
            |_| 0 => 0; [] [PURE ARG]
            "Begin the protected block of a with statement.",
        STORE_FAST_MAYBE_NULL 267 store_fast_maybe_null [pseudo] "(value -- )"
            |_| 1 => 0; [] [ARG LOCAL]
            "Store a value or NULL into the local in slot oparg; becomes STORE_FAST.",
    } };
}

/// What is special about an opcode, as `HAS_..._FLAG`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    /// Uses its argument.
    ARG,
    /// The argument is an index into `co_consts`.
    CONST,
    /// The argument (perhaps shifted) is an index into `co_names`.
    NAME,
    /// The argument is the distance of a jump.
    JUMP,
    /// The argument names a cell or free variable in `localsplus`.
    FREE,
    /// The argument names a local variable in `localsplus`.
    LOCAL,
    /// Looks at the eval breaker: a signal, a waiting thread or a due collection comes in here.
    #[expect(non_camel_case_types, reason = "the names of CPython")]
    EVAL_BREAK,
    /// A specialized form that may fall back to its family's base form.
    DEOPT,
    /// May raise an exception.
    ERROR,
    /// May raise before it has popped its operands.
    #[expect(non_camel_case_types, reason = "the names of CPython")]
    ERROR_NO_POP,
    /// May run arbitrary code.
    ESCAPES,
    /// A specialized form that may leave a trace.
    EXIT,
    /// Has no effect but on the stack.
    PURE,
}

/// To which group an opcode belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What the compiler writes into `co_code`.
    Base,
    /// What a base instruction becomes when it has seen its operands (PEP 659).
    Specialized,
    /// What an instruction becomes while a monitoring tool listens (PEP 669).
    Instrumented,
    /// Known to the compiler alone; the assembler leaves none behind.
    Pseudo,
}

/// Everything that the table says about one opcode.
#[derive(Clone, Copy, Debug)]
pub struct OpcodeInfo {
    pub opcode: Opcode,
    pub name: &'static str,
    /// The name of the function that executes it.
    pub handler: &'static str,
    pub kind: Kind,
    /// The base form of a specialized one; itself for all others.
    pub deopt: Opcode,
    /// The stack before and after, in CPython's notation.
    pub effect: &'static str,
    /// The fields of the inline cache with their sizes in code units.
    pub cache_layout: &'static [(&'static str, u8)],
    /// What it does, in one sentence.
    pub meaning: &'static str,
}

macro_rules! kind {
    (base) => {
        Kind::Base
    };
    (specialized $family:ident) => {
        Kind::Specialized
    };
    (instrumented) => {
        Kind::Instrumented
    };
    (pseudo) => {
        Kind::Pseudo
    };
}

macro_rules! deopt {
    ($name:ident specialized $family:ident) => {
        Opcode::$family
    };
    ($name:ident $kind:ident) => {
        Opcode::$name
    };
}

macro_rules! define_opcodes { ($(
    $name:ident $number:literal $handler:ident [$($kind:ident)+] $effect:literal
    |$oparg:tt| $popped:expr => $pushed:expr; [$($field:ident $units:literal)*] [$($flag:ident)*]
    $meaning:literal,
)*) => {
    /// An opcode; `as u16` gives CPython's number. Pseudo-instructions lie above 255.
    #[expect(non_camel_case_types, reason = "the names of CPython")]
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
    #[repr(u16)]
    pub enum Opcode {
        $( #[doc = concat!("`", $effect, "` ", $meaning)] $name = $number, )*
    }

    impl Opcode {
        /// All opcodes in the order of the table: base, specialized, instrumented, pseudo.
        pub const ALL: &'static [Self] = &[$( Self::$name, )*];

        /// How many values it takes from the stack.
        #[expect(unused_variables, reason = "few effects depend on oparg")]
        pub const fn popped(self, oparg: i32) -> i32 {
            match self { $( Self::$name => { let $oparg = oparg; $popped } )* }
        }

        /// How many values it puts on the stack.
        #[expect(unused_variables, reason = "few effects depend on oparg")]
        pub const fn pushed(self, oparg: i32) -> i32 {
            match self { $( Self::$name => { let $oparg = oparg; $pushed } )* }
        }
    }

    // What is asked all the time stands apart from the rest of the rows, close together.
    static FLAGS: [u16; Opcode::COUNT] = {
        let mut table = [0; Opcode::COUNT];
        $( table[$number] = 0 $( | 1 << Flag::$flag as u16 )*; )*
        table
    };

    static CACHE_ENTRIES: [u8; Opcode::COUNT] = {
        let mut table = [0; Opcode::COUNT];
        $( table[$number] = 0 $( + $units )*; )*
        table
    };

    static INFO: [Option<OpcodeInfo>; Opcode::COUNT] = {
        let mut table = [const { None }; Opcode::COUNT];
        $( table[$number] = Some(OpcodeInfo {
            opcode: Opcode::$name,
            name: stringify!($name),
            handler: stringify!($handler),
            kind: kind!($($kind)+),
            deopt: deopt!($name $($kind)+),
            effect: $effect,
            cache_layout: &[$( (stringify!($field), $units), )*],
            meaning: $meaning,
        }); )*
        table
    };
} }

for_each_opcode!(define_opcodes);

impl Opcode {
    /// One more than the highest number.
    const COUNT: usize = 268;
    /// Opcodes from this number on use their argument.
    pub const HAVE_ARGUMENT: u8 = 44;
    /// Opcodes from this number on are instrumented forms.
    pub const MIN_INSTRUMENTED: u8 = 236;

    /// The opcode with this number, if there is one.
    #[inline]
    pub fn from_number(number: u16) -> Option<Self> {
        INFO.get(usize::from(number))?
            .as_ref()
            .map(|info| info.opcode)
    }

    /// The row of the table.
    #[inline]
    pub fn info(self) -> &'static OpcodeInfo {
        INFO[self as usize]
            .as_ref()
            .expect("the table has a row for each opcode")
    }

    /// The opcode with this name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|op| op.name() == name)
    }

    /// CPython's name.
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// The number as it stands in bytecode; panics for a pseudo-instruction.
    #[inline]
    pub fn byte(self) -> u8 {
        u8::try_from(self as u16).expect("the assembler resolved all pseudo-instructions")
    }

    /// How many code units of inline cache follow the instruction.
    #[inline]
    pub fn cache_entries(self) -> usize {
        usize::from(CACHE_ENTRIES[self as usize])
    }

    /// The base form of a specialized opcode; itself for all others.
    #[inline]
    #[must_use]
    pub fn deopt(self) -> Self {
        self.info().deopt
    }

    /// Whether the table lists this flag for the opcode.
    #[inline]
    pub fn has(self, flag: Flag) -> bool {
        FLAGS[self as usize] & (1 << flag as u16) != 0
    }

    /// Whether it uses its argument.
    pub fn has_arg(self) -> bool {
        self.has(Flag::ARG)
    }

    /// Whether it jumps, always or on a condition (`OPCODE_HAS_JUMP`).
    #[inline]
    pub fn is_jump(self) -> bool {
        self.has(Flag::JUMP)
    }

    /// Whether only the compiler knows it (`IS_PSEUDO_INSTR`).
    pub const fn is_pseudo(self) -> bool {
        self as u16 > 255
    }

    /// Whether it begins a protected block (`IS_BLOCK_PUSH_OPCODE`).
    #[inline]
    pub const fn is_block_push(self) -> bool {
        matches!(
            self,
            Self::SETUP_FINALLY | Self::SETUP_WITH | Self::SETUP_CLEANUP
        )
    }

    /// Whether its argument is a label in the compiler (`HAS_TARGET`).
    #[inline]
    pub fn has_target(self) -> bool {
        self.is_jump() || self.is_block_push()
    }

    /// Whether it always jumps (`IS_UNCONDITIONAL_JUMP_OPCODE`).
    #[inline]
    pub const fn is_unconditional_jump(self) -> bool {
        matches!(
            self,
            Self::JUMP
                | Self::JUMP_NO_INTERRUPT
                | Self::JUMP_FORWARD
                | Self::JUMP_BACKWARD
                | Self::JUMP_BACKWARD_NO_INTERRUPT
        )
    }

    /// Whether its jump goes back (`IS_BACKWARDS_JUMP_OPCODE`).
    #[inline]
    pub const fn is_backwards_jump(self) -> bool {
        matches!(self, Self::JUMP_BACKWARD | Self::JUMP_BACKWARD_NO_INTERRUPT)
    }

    /// Whether it leaves the frame or raises (`IS_SCOPE_EXIT_OPCODE`).
    #[inline]
    pub const fn is_scope_exit(self) -> bool {
        matches!(
            self,
            Self::RETURN_VALUE | Self::RETURN_CONST | Self::RAISE_VARARGS | Self::RERAISE
        )
    }

    /// Whether it ends a basic block (`IS_TERMINATOR_OPCODE`).
    #[inline]
    pub fn is_terminator(self) -> bool {
        self.is_jump() || self.is_scope_exit()
    }

    /// By how much the stack grows, as `dis.stack_effect`; `jump` says which way a jump goes.
    #[inline]
    pub const fn stack_effect(self, oparg: i32, jump: bool) -> i32 {
        match self {
            // The exception, and with SETUP_CLEANUP the position of the failed instruction.
            Self::SETUP_FINALLY | Self::SETUP_WITH => jump as i32,
            Self::SETUP_CLEANUP => 2 * jump as i32,
            _ => self.pushed(oparg) - self.popped(oparg),
        }
    }
}

/// The operators of `COMPARE_OP`, by `oparg >> 5`.
pub const CMP_OP: [&str; 6] = ["<", "<=", "==", "!=", ">", ">="];

/// The operators of `BINARY_OP`, by oparg: CPython's name and the symbol.
pub const NB_OPS: [(&str, &str); 26] = [
    ("NB_ADD", "+"),
    ("NB_AND", "&"),
    ("NB_FLOOR_DIVIDE", "//"),
    ("NB_LSHIFT", "<<"),
    ("NB_MATRIX_MULTIPLY", "@"),
    ("NB_MULTIPLY", "*"),
    ("NB_REMAINDER", "%"),
    ("NB_OR", "|"),
    ("NB_POWER", "**"),
    ("NB_RSHIFT", ">>"),
    ("NB_SUBTRACT", "-"),
    ("NB_TRUE_DIVIDE", "/"),
    ("NB_XOR", "^"),
    ("NB_INPLACE_ADD", "+="),
    ("NB_INPLACE_AND", "&="),
    ("NB_INPLACE_FLOOR_DIVIDE", "//="),
    ("NB_INPLACE_LSHIFT", "<<="),
    ("NB_INPLACE_MATRIX_MULTIPLY", "@="),
    ("NB_INPLACE_MULTIPLY", "*="),
    ("NB_INPLACE_REMAINDER", "%="),
    ("NB_INPLACE_OR", "|="),
    ("NB_INPLACE_POWER", "**="),
    ("NB_INPLACE_RSHIFT", ">>="),
    ("NB_INPLACE_SUBTRACT", "-="),
    ("NB_INPLACE_TRUE_DIVIDE", "/="),
    ("NB_INPLACE_XOR", "^="),
];

/// The functions of `CALL_INTRINSIC_1`, by oparg.
pub const INTRINSIC_1: [&str; 12] = [
    "INTRINSIC_1_INVALID",
    "INTRINSIC_PRINT",
    "INTRINSIC_IMPORT_STAR",
    "INTRINSIC_STOPITERATION_ERROR",
    "INTRINSIC_ASYNC_GEN_WRAP",
    "INTRINSIC_UNARY_POSITIVE",
    "INTRINSIC_LIST_TO_TUPLE",
    "INTRINSIC_TYPEVAR",
    "INTRINSIC_PARAMSPEC",
    "INTRINSIC_TYPEVARTUPLE",
    "INTRINSIC_SUBSCRIPT_GENERIC",
    "INTRINSIC_TYPEALIAS",
];

/// The functions of `CALL_INTRINSIC_2`, by oparg.
pub const INTRINSIC_2: [&str; 6] = [
    "INTRINSIC_2_INVALID",
    "INTRINSIC_PREP_RERAISE_STAR",
    "INTRINSIC_TYPEVAR_WITH_BOUND",
    "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS",
    "INTRINSIC_SET_FUNCTION_TYPE_PARAMS",
    "INTRINSIC_SET_TYPEPARAM_DEFAULT",
];

/// What `SET_FUNCTION_ATTRIBUTE` sets, by the bit of oparg.
pub const FUNCTION_ATTR_FLAGS: [&str; 4] = ["defaults", "kwdefaults", "annotations", "closure"];

/// The functions of `CONVERT_VALUE`, by oparg.
pub const CONVERT_VALUE: [&str; 4] = ["", "str", "repr", "ascii"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_groups() {
        let count = |kind| {
            Opcode::ALL
                .iter()
                .filter(|op| op.info().kind == kind)
                .count()
        };
        assert_eq!(count(Kind::Base), 119);
        assert_eq!(count(Kind::Specialized), 74);
        assert_eq!(count(Kind::Instrumented), 19);
        assert_eq!(count(Kind::Pseudo), 12);
        for &op in Opcode::ALL {
            assert_eq!(Opcode::from_number(op as u16), Some(op));
            assert_eq!(op.deopt().deopt(), op.deopt());
            assert_eq!(op.deopt().cache_entries(), op.cache_entries());
        }
    }

    #[test]
    fn stack_effects() {
        let cases = [
            (Opcode::LOAD_ATTR, 1, 1),
            (Opcode::CALL, 3, -4),
            (Opcode::UNPACK_EX, 0x102, 3),
            (Opcode::BUILD_SLICE, 3, -2),
            (Opcode::CALL_FUNCTION_EX, 1, -3),
            (Opcode::MAP_ADD, 2, -2),
            (Opcode::COPY, 5, 1),
            (Opcode::SWAP, 3, 0),
        ];
        for (op, oparg, effect) in cases {
            assert_eq!(op.stack_effect(oparg, false), effect, "{op:?} {oparg}");
        }
        assert_eq!(Opcode::SETUP_CLEANUP.stack_effect(0, true), 2);
        assert_eq!(Opcode::SETUP_CLEANUP.stack_effect(0, false), 0);
    }
}
