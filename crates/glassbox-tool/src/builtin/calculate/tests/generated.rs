//! Laws that hold for thousands of made-up expressions.

use super::value;
use crate::builtin::calculate::evaluate;

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
