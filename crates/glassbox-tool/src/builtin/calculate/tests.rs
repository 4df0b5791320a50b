use super::evaluate;

fn value(expression: &str) -> String {
    evaluate(expression).unwrap_or_else(|problem| panic!("{expression}: {problem}"))
}

fn problem(expression: &str) -> String {
    match evaluate(expression) {
        Ok(value) => panic!("{expression} gave {value}"),
        Err(problem) => problem,
    }
}

#[test]
fn arithmetic() {
    let rows = [
        ("42 * 7", "294"),
        ("1+2*3", "7"),
        ("(1+2)*3", "9"),
        ("[1+2]*3", "9"),
        ("10-4-3", "3"),
        ("100/10/5", "2"),
        ("2*3%4", "2"),
        ("7/2", "3.5"),
        ("7//2", "3"),
        ("-7//2", "-4"),
        ("10 % 3", "1"),
        ("-7 % 3", "2"),
        ("7 % -3", "-2"),
        ("6 % -3", "0"),
        ("5.5 % 2", "1.5"),
        ("sqrt(2) % 1", "0.414213562373095"),
        ("0-sqrt(2) % 1", "-0.414213562373095"),
        ("-sqrt(2) % 1", "0.585786437626905"),
        ("+5", "5"),
        ("--5", "5"),
        ("2--3", "5"),
        ("2*-3", "-6"),
        ("-2*3", "-6"),
        ("  3\t+\n4  ", "7"),
    ];
    for (expression, expected) in rows {
        assert_eq!(value(expression), expected, "{expression}");
    }
    // Of so large a float no digit of the remainder is worth anything, but it is one.
    let remainder: f64 = value("1e308 % 3e-5").parse().unwrap();
    assert!((0.0..3e-5).contains(&remainder));
}

#[test]
fn powers() {
    let rows = [
        ("2^10", "1024"),
        ("2**10", "1024"),
        ("2^3^2", "512"),
        ("(2^3)^2", "64"),
        ("-2^2", "-4"),
        ("(-2)^2", "4"),
        ("2^-1", "0.5"),
        ("2^-2^2", "0.0625"),
        ("4^0.5", "2"),
        ("(-8)^3", "-512"),
        ("0^0", "1"),
        ("(2/3)^2", "0.444444444444444"),
        ("2*3^2", "18"),
        ("(-1)^99999999999", "-1"),
        ("5²", "25"),
        ("2³ + 1", "9"),
    ];
    for (expression, expected) in rows {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn fractions_are_exact() {
    let rows = [
        ("0.1+0.2", "0.3"),
        ("0.1+0.2-0.3", "0"),
        ("1/3*3", "1"),
        ("1/3", "0.333333333333333"),
        ("2/3", "0.666666666666667"),
        ("1/1024", "0.0009765625"),
        ("1.10 * 3", "3.3"),
        ("19.99*100", "1999"),
        ("100.0", "100"),
        ("-0.0", "0"),
        ("-0.5", "-0.5"),
        (".5 + 5.", "5.5"),
        ("1_000_000/3", "333333.333333333"),
        ("0.1^12", "0.000000000001"),
        ("1.005 * 1000", "1005"),
    ];
    for (expression, expected) in rows {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn sizes() {
    let rows = [
        ("9007199254740993", "9007199254740993"),
        ("123456789*987654321", "121932631112635269"),
        ("2^100", "1267650600228229401496703205376"),
        ("2^127-1", "1.70141183460469e38"),
        ("2^126-1+2^126", "170141183460469231731687303715884105727"),
        ("-(2^126)-2^126", "-170141183460469231731687303715884105728"),
        ("2^1023*1.5", "1.34826985114674e308"),
        ("1e3", "1000"),
        ("1.5E-3", "0.0015"),
        ("2e+2", "200"),
        ("1e-30", "1e-30"),
        ("1e-400", "0"),
        ("1e300*1e-300", "1"),
        (
            "12345678901234567890123456789012345678901234567890",
            "1.23456789012346e49",
        ),
        ("1e38 / 3", "3.33333333333333e37"),
        ("sqrt(2)/10^6", "0.0000014142135623731"),
    ];
    for (expression, expected) in rows {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn functions_and_constants() {
    let rows = [
        ("sqrt(16)", "4"),
        ("sqrt(2)", "1.4142135623731"),
        ("cbrt(27)", "3"),
        ("abs(-3.5)", "3.5"),
        ("ABS(-3)", "3"),
        ("math.sqrt(9)", "3"),
        ("Math.PI", "3.14159265358979"),
        ("pi", "3.14159265358979"),
        ("2*π", "6.28318530717959"),
        ("tau/2 - pi", "0"),
        ("e", "2.71828182845905"),
        ("ln(e)", "1"),
        ("log(100)", "2"),
        ("log10(1000)", "3"),
        ("log2(8)", "3"),
        ("log(8, 2)", "3"),
        ("exp(0)", "1"),
        ("sin(0)", "0"),
        ("sin(pi)", "0"),
        ("sin(10*pi)", "0"),
        ("cos(pi/2)", "0"),
        ("sin(1e-20)", "1e-20"),
        ("cos(pi)", "-1"),
        ("tan(pi/4)", "1"),
        ("asin(1)*2", "3.14159265358979"),
        ("acos(1)", "0"),
        ("atan(1)*4", "3.14159265358979"),
        ("floor(2.7)", "2"),
        ("floor(-2.5)", "-3"),
        ("ceil(2.1)", "3"),
        ("ceil(-2.5)", "-2"),
        ("trunc(-2.7)", "-2"),
        ("round(2.5)", "3"),
        ("round(-2.5)", "-3"),
        ("round(2.675, 2)", "2.68"),
        ("round(1234, -2)", "1200"),
        ("round(sqrt(2), 3)", "1.414"),
        ("sign(-2) + sign(0) + sign(9)", "0"),
        ("max(1, 5, 3)", "5"),
        ("min(4, 2.5)", "2.5"),
        ("min(7)", "7"),
        ("max(1/3, 0.333)*3", "1"),
        ("pow(2, 8)", "256"),
        ("2*(sqrt(9)+max(1,2))", "10"),
        ("0*pi", "0"),
    ];
    for (expression, expected) in rows {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn what_models_write() {
    for expression in [
        "42 × 7",
        "42*7=",
        "42 * 7 = ?",
        "42·7",
        "588 ÷ 2",
        "300 − 6",
        "300 – 6",
        "4.2e+2 * 0.7",
    ] {
        assert_eq!(value(expression), "294", "{expression}");
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

/// A small generator of pseudo-random numbers (xorshift), so that the runs repeat.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }
}

#[test]
fn nothing_makes_it_panic() {
    const PIECES: [&str; 44] = [
        "0",
        "1",
        "2",
        "7",
        "10",
        "0.1",
        "1e3",
        "1e-9",
        "1e308",
        "170141183460469231731687303715884105727",
        ".",
        "e",
        "pi",
        "sqrt",
        "log",
        "round",
        "max",
        "min",
        "floor",
        "trunc",
        "pow",
        "abs",
        "(",
        ")",
        "(",
        ")",
        "[",
        "]",
        ",",
        "+",
        "-",
        "*",
        "/",
        "//",
        "%",
        "^",
        "**",
        " ",
        "=",
        "²",
        "×",
        "−",
        "é",
        "_",
    ];
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for _ in 0..60_000 {
        let length = random.below(14) + 1;
        let expression: String = (0..length)
            .map(|_| PIECES[random.below(PIECES.len())])
            .collect();
        if let Ok(value) = evaluate(&expression) {
            let number: f64 = value
                .parse()
                .unwrap_or_else(|_| panic!("{expression} gave {value}"));
            assert!(number.is_finite(), "{expression} gave {value}");
            assert!(value.len() < 60, "{expression} gave {value}");
        }
    }
}

#[test]
fn whole_numbers_agree_with_the_machine() {
    let mut random = Random(42);
    for _ in 0..20_000 {
        let mut number = || i128::try_from(random.below(2_000_001)).unwrap() - 1_000_000;
        let (a, b, c) = (number(), number(), number());
        assert_eq!(
            value(&format!("{a} * ({b}) - {c}")),
            (a * b - c).to_string()
        );
        if b != 0 {
            assert_eq!(
                value(&format!("{a} // ({b}) * ({b}) + {a} % ({b}) - ({a})")),
                "0"
            );
        }
        // What is printed reads back as the same number.
        let quarter = value(&format!("({a})/4"));
        assert_eq!(value(&format!("{quarter} * 4")), a.to_string());
    }
}
