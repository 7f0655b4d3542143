//! The `base` layer against CPython: every line of `tests/base/expected.txt` is one question.

use ouroscope::base::format::float::{
    HexFloatError, hex_float, parse_complex, parse_float, parse_hex_float, repr_float,
    round_to_digits, underscores_between_digits,
};
use ouroscope::base::format::percent::{self, Amount, Piece, Pieces};
use ouroscope::base::format::{int, repr, spec};
use ouroscope::base::textops::bytes::to_hex;
use ouroscope::base::textops::codec::{BuiltinHandler, EncodeError, Encoding, Problem};
use ouroscope::base::textops::search::{self, to_points};
use ouroscope::base::textops::split::{self, LineEnds};
use ouroscope::base::textops::{case, layout, window};
use ouroscope::base::{BigInt, Text, integer, unicode};
use ouroscope::on_units;

#[test]
fn base_functions_answer_as_cpython() {
    let mut wrong = Vec::new();
    let lines = include_str!("../base/expected.txt").lines();
    for (number, line) in lines.enumerate() {
        let fields: Vec<&str> = line.split('\t').collect();
        let (expected, question) = fields.split_last().unwrap();
        let answer = answer(question[0], &question[1..]);
        let expected = unescape(expected);
        if escape(&answer) != escape(&expected) {
            wrong.push(format!(
                "{}: {question:?}\n  expected {expected:?}\n  answered {answer:?}",
                number + 1
            ));
        }
    }
    let shown = wrong
        .iter()
        .take(40)
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    assert!(wrong.is_empty(), "{} wrong:\n{shown}", wrong.len());
}

fn escape(text: &Text) -> String {
    repr::ascii_text(text).to_lossy()
}

fn unescape(text: &str) -> Text {
    let mut out = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(u32::from(c));
            continue;
        }
        let kind = chars.next().unwrap();
        let mut hex = |n: usize| {
            u32::from_str_radix(&chars.by_ref().take(n).collect::<String>(), 16).unwrap()
        };
        out.push(match kind {
            'x' => hex(2),
            'u' => hex(4),
            'U' => hex(8),
            'n' => 0x0a,
            't' => 0x09,
            'r' => 0x0d,
            other => u32::from(other),
        });
    }
    Text::from_code_points(&out)
}

fn float(bits: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(bits, 16).unwrap())
}

fn bits(value: f64) -> String {
    format!("{:016x}", value.to_bits())
}

fn big(text: &str) -> BigInt {
    BigInt::from_str_radix(text, 10).unwrap()
}

fn or_error<T: Into<Text>>(result: Result<T, impl std::fmt::Display>) -> Text {
    match result {
        Ok(text) => text.into(),
        Err(error) => Text::from(format!("!{error}")),
    }
}

fn python_bool(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

fn limit(text: &str) -> usize {
    usize::try_from(text.parse::<i64>().unwrap()).unwrap_or(usize::MAX)
}

fn joined(text: &Text, ranges: &[(usize, usize)]) -> Text {
    let parts: Vec<Text> = ranges
        .iter()
        .map(|&(start, end)| text.slice(start, end))
        .collect();
    search::join(&Text::from("|"), &parts.iter().collect::<Vec<_>>())
}

fn answer(what: &str, arguments: &[&str]) -> Text {
    let text = |i: usize| unescape(arguments[i]);
    match what {
        "float_repr" => Text::from(repr_float(float(arguments[0]))),
        "float_hex" => Text::from(hex_float(float(arguments[0]))),
        "float_round" => {
            match round_to_digits(float(arguments[0]), arguments[1].parse().unwrap()) {
                Some(value) => Text::from(bits(value)),
                None => Text::from("!OverflowError: rounded value too large to represent"),
            }
        }
        "percent_float" => percent_number(&text(1), |directive, conversion, precision| {
            Ok(percent::format_float(
                float(arguments[0]),
                conversion,
                directive,
                precision,
            ))
        }),
        "percent_int" => percent_number(&text(1), |directive, conversion, precision| {
            percent::format_integer(&big(arguments[0]), conversion, directive, precision, 4300)
        }),
        "format_float" => or_error(spec::format_float(float(arguments[0]), &text(1), "float")),
        "format_complex" => or_error(spec::format_complex(
            float(arguments[0]),
            float(arguments[1]),
            &text(2),
            "complex",
        )),
        "format_int" => or_error(spec::format_int(&big(arguments[0]), &text(1), "int", 4300)),
        "format_str" => or_error(spec::format_text(&text(0), &text(1), "str")),
        "true_div" => match integer::true_div(&big(arguments[0]), &big(arguments[1])) {
            Some(value) => Text::from(bits(value)),
            None => Text::from("!OverflowError: integer division result too large for a float"),
        },
        "int" => {
            let base: u32 = arguments[1].parse().unwrap();
            let literal = repr::repr_text(&text(0)).to_lossy();
            match int::parse_int(&int::to_ascii_digits(&text(0)), base, 4300) {
                Ok(n) => Text::from(n.to_string()),
                Err(error) => Text::from(format!(
                    "!ValueError: {}",
                    error.message(base, &literal, 4300)
                )),
            }
        }
        "float" => match parse_float(arguments[0]) {
            Some(value) => Text::from(bits(value)),
            None => Text::from(format!(
                "!ValueError: could not convert string to float: '{}'",
                arguments[0]
            )),
        },
        "complex" => match parse_complex(arguments[0]) {
            Some((real, imag)) => Text::from(format!("{} {}", bits(real), bits(imag))),
            None if underscores_between_digits(arguments[0]) => {
                Text::from("!ValueError: complex() arg is a malformed string")
            }
            None => Text::from(format!(
                "!ValueError: could not convert string to complex: '{}'",
                arguments[0]
            )),
        },
        "fromhex" => match parse_hex_float(arguments[0]) {
            Ok(value) => Text::from(bits(value)),
            Err(HexFloatError::TooLarge) => {
                Text::from("!OverflowError: hexadecimal value too large to represent as a float")
            }
            Err(HexFloatError::Invalid) => {
                Text::from("!ValueError: invalid hexadecimal floating-point string")
            }
        },
        "repr" => repr::repr_text(&text(0)),
        "ascii" => repr::ascii_text(&text(0)),
        "case" => case_method(arguments[0], &text(1)),
        "split" => {
            let ranges = on_units!(&text(0), s => split::split_whitespace(s, limit(arguments[1]), unicode::is_space));
            joined(&text(0), &ranges)
        }
        "rsplit" => {
            let ranges = on_units!(&text(0), s => split::rsplit_whitespace(s, limit(arguments[1]), unicode::is_space));
            joined(&text(0), &ranges)
        }
        "split_at" => joined(
            &text(0),
            &split::split(
                &to_points(&text(0)),
                &to_points(&text(1)),
                limit(arguments[2]),
            ),
        ),
        "rsplit_at" => joined(
            &text(0),
            &split::rsplit(
                &to_points(&text(0)),
                &to_points(&text(1)),
                limit(arguments[2]),
            ),
        ),
        "replace" => search::replace(&text(0), &text(1), &text(2), limit(arguments[3]))
            .unwrap_or_else(|| text(0)),
        "lines" | "lines_keep" => {
            let ends = if what == "lines" {
                LineEnds::Drop
            } else {
                LineEnds::Keep
            };
            joined(
                &text(0),
                &split::splitlines(&to_points(&text(0)), ends, unicode::is_line_break),
            )
        }
        "expandtabs" => layout::expandtabs(&to_points(&text(0)), 8)
            .map_or(text(0), |s| Text::from_code_points(&s)),
        "zfill" => layout::zfill(&to_points(&text(0)), limit(arguments[1]))
            .map_or(text(0), |s| Text::from_code_points(&s)),
        "center" => {
            let width = limit(arguments[1]).max(text(0).len());
            let (left, right) = layout::center_padding(text(0).len(), width);
            Text::from_code_points(&layout::pad(&to_points(&text(0)), left, right, 0x20))
        }
        "find" => {
            let (s, sub) = (text(0), text(1));
            let bounds = window(
                arguments[2].parse().unwrap(),
                arguments[3].parse().unwrap(),
                s.len(),
            );
            let Some((start, end)) = bounds else {
                return Text::from("-1 -1 0 False False");
            };
            let shown = |at: Option<usize>| at.map_or("-1".to_owned(), |at| at.to_string());
            Text::from(format!(
                "{} {} {} {} {}",
                shown(search::find(&s, &sub, start, end)),
                shown(search::rfind(&s, &sub, start, end)),
                search::count(&s, &sub, start, end),
                python_bool(search::starts_with(&s, &sub, start, end)),
                python_bool(search::ends_with(&s, &sub, start, end)),
            ))
        }
        "decode" => decode(arguments[0], arguments[1], arguments[2]),
        "encode" => encode(arguments[0], arguments[1], &text(2)),
        _ => panic!("no such question: {what}"),
    }
}

fn percent_number(
    format: &Text,
    convert: impl Fn(
        percent::PercentFlags,
        char,
        Option<usize>,
    ) -> Result<String, ouroscope::base::format::FormatError>,
) -> Text {
    let points = to_points(format);
    let Some(Piece::Directive(directive)) = Pieces::new(&points).next() else {
        panic!("one directive");
    };
    let given = |amount: Amount| match amount {
        Amount::Given(n) => Some(n),
        Amount::None | Amount::Star => None,
    };
    let conversion = directive.conversion.and_then(char::from_u32).unwrap();
    match convert(directive.flags, conversion, given(directive.precision)) {
        Ok(body) => {
            let mut out = Vec::new();
            let body: Vec<u32> = body.chars().map(u32::from).collect();
            let width = given(directive.width).unwrap_or(0);
            percent::push_padded(&mut out, &body, directive.flags, width, conversion, true);
            Text::from_code_points(&out)
        }
        Err(error) => Text::from(format!("!{error}")),
    }
}

fn case_method(method: &str, word: &Text) -> Text {
    match method {
        "upper" => case::upper(word),
        "lower" => case::lower(word),
        "title" => case::title(word),
        "capitalize" => case::capitalize(word),
        "swapcase" => case::swapcase(word),
        "casefold" => case::casefold(word),
        "isupper" => python_bool(case::is_upper(word)).into(),
        "islower" => python_bool(case::is_lower(word)).into(),
        "istitle" => python_bool(case::is_title(word)).into(),
        "isidentifier" => python_bool(case::is_identifier(word)).into(),
        "isprintable" => python_bool(case::is_printable(word)).into(),
        _ => panic!("no such method: {method}"),
    }
}

fn from_hex(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap())
        .collect()
}

fn decode(encoding: &str, handler: &str, hex: &str) -> Text {
    let encoding = Encoding::by_name(encoding).unwrap();
    let handler = BuiltinHandler::by_name(handler).unwrap();
    let bytes = from_hex(hex);
    let decoded = encoding.decode(&bytes, &mut |problem: Problem| {
        handler.on_decode(encoding, &bytes, problem).ok_or(problem)
    });
    decoded.unwrap_or_else(|Problem { start, end, reason }| {
        let name = encoding.decode_name(&bytes);
        Text::from(if end == start + 1 {
            let byte = bytes[start];
            format!("!UnicodeDecodeError: '{name}' codec can't decode byte 0x{byte:02x} in position {start}: {reason}")
        } else {
            let last = end - 1;
            format!("!UnicodeDecodeError: '{name}' codec can't decode bytes in position {start}-{last}: {reason}")
        })
    })
}

fn encode(encoding: &str, handler: &str, text: &Text) -> Text {
    let encoding = Encoding::by_name(encoding).unwrap();
    let handler = BuiltinHandler::by_name(handler).unwrap();
    let encoded = encoding.encode(text, &mut |problem: Problem| {
        handler.on_encode(encoding, text, problem).ok_or(problem)
    });
    match encoded {
        Ok(bytes) => Text::Latin1(to_hex(&bytes, None, 0).into()),
        Err(EncodeError::Raised(problem) | EncodeError::Unusable(problem)) => {
            let Problem { start, end, reason } = problem;
            let name = encoding.name();
            Text::from(if end == start + 1 {
                let mut escape = String::new();
                repr::push_hex_escape(&mut escape, text.at(start));
                format!(
                    "!UnicodeEncodeError: '{name}' codec can't encode character '{escape}' in position {start}: {reason}"
                )
            } else {
                let last = end - 1;
                format!(
                    "!UnicodeEncodeError: '{name}' codec can't encode characters in position {start}-{last}: {reason}"
                )
            })
        }
    }
}
