//! What is said about expressions that have no value.

use super::value;
use crate::builtin::calculate::evaluate;

fn problem(expression: &str) -> String {
    match evaluate(expression) {
        Ok(value) => panic!("{expression} gave {value}"),
        Err(problem) => problem,
    }
}

#[test]
fn mistakes_are_named_with_their_place() {
    let rows = [
        ("", "the expression is empty"),
        ("   ", "the expression is empty"),
        ("=?", "the expression is empty"),
        ("5 +", "a number is missing before the end"),
        ("* 5", "a number is missing before column 1"),
        ("1 + * 2", "a number is missing before column 5"),
        ("()", "a number is missing before column 2"),
        ("1 2", "an operator is missing before column 3"),
        ("2(3)", "an operator is missing before column 2"),
        ("(1 2)", "an operator is missing before column 4"),
        ("2pi", "an operator is missing before column 2"),
        ("(1+2", "the bracket at column 1 is not closed"),
        ("sqrt(4", "the bracket at column 5 is not closed"),
        ("1+2)", "a closing bracket too many at column 4"),
        (
            "1,234 + 1",
            "unexpected `,` at column 2; write numbers without thousands separators",
        ),
        (
            "(1,234)",
            "unexpected `,` at column 3; write numbers without thousands separators",
        ),
        (
            "max(1,000, 2)",
            "the number at column 7 begins with a zero; write numbers without thousands separators",
        ),
        ("1 / 0", "division by zero at column 3"),
        ("1 % 0", "division by zero at column 3"),
        ("1 // 0", "division by zero at column 3"),
        ("0^-1", "division by zero at column 2"),
        (
            "sqrt(-1)",
            "sqrt: the result is not a real number at column 1",
        ),
        ("(-8)^(1/3)", "the result is not a real number at column 5"),
        (
            "ln(0)",
            "ln: only numbers above zero have a logarithm at column 1",
        ),
        ("9^9^9^9", "the result is too large at column 4"),
        ("1e400", "the number at column 1 is too large"),
        (
            "1e99999999999999999999",
            "the number at column 1 is too large",
        ),
        ("1.2.3", "a second decimal point at column 4"),
        (".", "unexpected `.` at column 1"),
        ("5 & 3", "unexpected `&` at column 3"),
        ("$5", "unexpected `$` at column 1"),
        (
            "sqrt",
            "`sqrt` at column 1 is a function: write `sqrt(...)`",
        ),
        (
            "pi(2)",
            "`pi` at column 1 is a constant; write `*` after it",
        ),
        ("sqrt()", "`sqrt` at column 1 takes 1 argument and got 0"),
        ("pow(2)", "`pow` at column 1 takes 2 arguments and got 1"),
        (
            "log(1,2,3)",
            "`log` at column 1 takes 1 to 2 arguments and got 3",
        ),
        (
            "round(1, 0.5)",
            "round: round takes a whole number of decimals between -30 and 30 at column 1",
        ),
        (
            "20%",
            "`%` at column 3 is the remainder of a division and needs a number after it; write a percentage as a division by 100",
        ),
    ];
    for (expression, expected) in rows {
        assert_eq!(problem(expression), expected, "{expression}");
    }
}

#[test]
fn unknown_names_are_answered_with_the_known_ones() {
    let problem = problem("1 + sqr(4)");
    assert!(
        problem.starts_with("`sqr` at column 5 is not known; did you mean `sqrt`? Known are abs,"),
        "{problem}"
    );
    assert!(self::problem("__import__('os')").contains("unexpected `'`"));
    assert!(self::problem("x").contains("Known are abs, acos"));
}

#[test]
fn long_and_deep_input_is_refused() {
    let deep = |open: &str, close: &str, times: usize| {
        format!("{}1{}", open.repeat(times), close.repeat(times))
    };
    assert_eq!(value(&deep("(", ")", 60)), "1");
    for expression in [
        deep("(", ")", 900),
        deep("-", "", 1900),
        deep("2^", "", 900),
        deep("abs(", ")", 300),
    ] {
        assert!(
            problem(&expression).contains("more than 64 levels of nesting"),
            "{expression}"
        );
    }
    for expression in [
        deep("(", ")", 10_000),
        "1+".repeat(1 << 20),
        "9".repeat(3000),
    ] {
        assert!(problem(&expression).contains("longer than 2000 characters"));
    }
    // Long, but flat.
    assert_eq!(value(&format!("{}0", "1+".repeat(999))), "999");
    assert_eq!(value(&format!("max({}1)", "1,".repeat(99))), "1");
}
