//! What there is to work out in a prompt. Pure, and never a failure: what is not understood is not there.

/// One thing to work out.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Task {
    /// An expression.
    Calculate(String),
    /// A conversion, of a number or of what was worked out before.
    Convert {
        value: Option<f64>,
        from: String,
        to: String,
    },
}

/// The tasks of a prompt, in its order.
pub(super) fn tasks(prompt: &str) -> Vec<Task> {
    let tokens = tokens(prompt);
    let mut tasks = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        // "It" is a number only where there is something to stand for.
        let refers = !tasks.is_empty();
        if let Some((task, next)) = conversion(&tokens, at, refers) {
            tasks.push(task);
            at = next;
        } else if let Some((task, next)) = expression(&tokens, at) {
            tasks.push(task);
            at = next;
            // As in "3 * 4 km to miles".
            if let Some((from, to, next)) = units(&tokens, at) {
                tasks.push(Task::Convert {
                    value: None,
                    from,
                    to,
                });
                at = next;
            }
        } else {
            at += 1;
        }
    }
    tasks
}

/// A word, a number or a sign.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(String),
    Sign(char),
    Word(String),
}

/// More text than any question has: a longer prompt is not searched to its end.
const MOST_BYTES: usize = 2_000;

fn tokens(prompt: &str) -> Vec<Token> {
    let end = (0..=prompt.len().min(MOST_BYTES))
        .rev()
        .find(|at| prompt.is_char_boundary(*at))
        .unwrap_or(0);
    let characters: Vec<char> = prompt[..end].chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&first) = characters.get(at) {
        let rest = &characters[at..];
        let starts_number = |text: &[char]| match text {
            ['.', next, ..] => next.is_ascii_digit(),
            [first, ..] => first.is_ascii_digit(),
            [] => false,
        };
        if starts_number(rest) {
            at += number_token(rest, &mut tokens);
        } else if matches!(first, 'x' | 'X') && times(&tokens) && starts_number(&rest[1..]) {
            // As in 6x7.
            tokens.push(Token::Sign('*'));
            at += 1;
        } else if first.is_alphabetic() || first == '°' {
            let belongs = |c: &&char| c.is_alphanumeric() || matches!(c, '/' | '_');
            let word: String = std::iter::once(&first)
                .chain(rest[1..].iter().take_while(belongs))
                .collect();
            at += word.chars().count();
            tokens.push(Token::Word(word));
        } else {
            if !first.is_whitespace() {
                tokens.push(Token::Sign(first));
            }
            at += 1;
        }
    }
    tokens
}

/// Whether an `x` between this and a number multiplies. In `0x10` it does not.
fn times(tokens: &[Token]) -> bool {
    matches!(tokens.last(), Some(Token::Number(number)) if number != "0")
}

/// Reads `1,000.5e3`, and gives its length.
fn number_token(rest: &[char], tokens: &mut Vec<Token>) -> usize {
    let count =
        |from: &[char], belongs: fn(&char) -> bool| from.iter().take_while(|c| belongs(c)).count();
    let all = count(rest, |c| c.is_ascii_digit() || matches!(c, '.' | ','));
    // A full stop or a comma at the end belongs to the sentence; one inside groups digits.
    let ends = rest[..all].iter().rev();
    let mut length = all - ends.take_while(|c| matches!(c, '.' | ',')).count();
    if length == all && matches!(rest.get(length), Some('e' | 'E')) {
        let sign = usize::from(matches!(rest.get(length + 1), Some('+' | '-')));
        let from = length + 1 + sign;
        let digits = count(rest.get(from..).unwrap_or_default(), char::is_ascii_digit);
        if digits > 0 {
            length = from + digits;
        }
    }
    let number: String = rest[..length].iter().filter(|c| **c != ',').collect();
    tokens.push(Token::Number(number));
    if length < all {
        tokens.push(Token::Sign(','));
    }
    length.max(all)
}

/// `[convert] (NUMBER | that | it | the result) [many] UNIT (to | into | in) UNIT`, or `how many UNIT (is | are | in |
/// are [there] in) NUMBER UNIT`.
fn conversion(tokens: &[Token], at: usize, refers: bool) -> Option<(Task, usize)> {
    if is_word(tokens, at, "how") && is_word(tokens, at + 1, "many") {
        return how_many(tokens, at + 2);
    }
    let (value, mut next) = match number(tokens, at) {
        Some((value, next)) => (Some(value), next),
        None if refers && is_any_word(tokens, at, &["that", "it", "result"]) => (None, at + 1),
        None => return None,
    };
    if is_word(tokens, next, "many") {
        next += 1;
    }
    if value.is_none() && is_word(tokens, next, "from") {
        next += 1;
    }
    let (from, to, next) = units(tokens, next)?;
    Some((Task::Convert { value, from, to }, next))
}

/// What follows `how many`.
fn how_many(tokens: &[Token], at: usize) -> Option<(Task, usize)> {
    let (to, mut next) = unit(tokens, at)?;
    let verb = is_any_word(tokens, next, &["is", "are"]);
    next += usize::from(verb);
    next += usize::from(verb && is_word(tokens, next, "there"));
    let preposition = is_word(tokens, next, "in");
    next += usize::from(preposition);
    (verb || preposition).then_some(())?;
    let (value, after) = match number(tokens, next) {
        Some(found) => found,
        None if is_any_word(tokens, next, &["a", "an", "one"]) => (1.0, next + 1),
        None => return None,
    };
    let (from, next) = unit(tokens, after)?;
    let value = Some(value);
    Some((Task::Convert { value, from, to }, next))
}

/// `UNIT (to | into | in) UNIT`.
fn units(tokens: &[Token], at: usize) -> Option<(String, String, usize)> {
    let (from, next) = unit(tokens, at)?;
    is_any_word(tokens, next, &["to", "into", "in"]).then_some(())?;
    let (to, next) = unit(tokens, next + 1)?;
    Some((from, to, next))
}

/// Numbers, operators, brackets and functions, with at least one operator or function among them.
fn expression(tokens: &[Token], at: usize) -> Option<(Task, usize)> {
    let mut text = String::new();
    let mut depth = 0usize;
    let mut operators = 0;
    // Where the expression last could have ended: after an operand, with every bracket closed.
    let mut complete = None;
    let mut next = at;
    let mut operand_due = true;
    while next < tokens.len() {
        let (piece, taken) = match &tokens[next] {
            Token::Number(number) if operand_due && is_decimal(number) => {
                operand_due = false;
                (number.clone(), 1)
            }
            Token::Sign('(') if operand_due => {
                depth += 1;
                ("(".to_owned(), 1)
            }
            Token::Sign(')') if !operand_due && depth > 0 => {
                depth -= 1;
                (")".to_owned(), 1)
            }
            Token::Sign('-' | '−') if operand_due => ("-".to_owned(), 1),
            Token::Word(word)
                if operand_due
                    && is_function(word)
                    && tokens.get(next + 1) == Some(&Token::Sign('(')) =>
            {
                depth += 1;
                operators += 1;
                (format!("{word}("), 2)
            }
            _ if !operand_due => match operator(tokens, next) {
                Some((sign, taken)) => {
                    operators += 1;
                    operand_due = true;
                    (format!(" {sign} "), taken)
                }
                None => break,
            },
            _ => break,
        };
        text.push_str(&piece);
        next += taken;
        if !operand_due && depth == 0 {
            complete = Some((text.len(), next, operators));
        }
    }
    let (length, next, operators) = complete?;
    // An operator that is left over, as in "200 + 15%" or "2 + 3x = 11", says that this is something else. A dash may
    // belong to the sentence.
    let left_over = operator(tokens, next).is_some_and(|(sign, _)| sign != "-");
    (operators > 0 && !left_over).then(|| (Task::Calculate(text[..length].to_owned()), next))
}

/// Whether these are the digits of a number to work with: `01` is part of a date, and `1.2.3` of a version.
fn is_decimal(number: &str) -> bool {
    let leading_zero =
        number.starts_with('0') && number[1..].starts_with(|c: char| c.is_ascii_digit());
    !leading_zero && number.parse::<f64>().is_ok()
}

/// The operator here as `calculate` spells it, and how many tokens it takes.
fn operator(tokens: &[Token], at: usize) -> Option<(&'static str, usize)> {
    match tokens.get(at)? {
        Token::Sign('*') if tokens.get(at + 1) == Some(&Token::Sign('*')) => Some(("^", 2)),
        // "15% of 200" is 15 / 100 * 200.
        Token::Sign('%') if is_word(tokens, at + 1, "of") => Some(("/ 100 *", 2)),
        Token::Sign('+') => Some(("+", 1)),
        Token::Sign('-' | '−') => Some(("-", 1)),
        Token::Sign('*' | '×' | '·') => Some(("*", 1)),
        Token::Sign('/' | '÷') => Some(("/", 1)),
        Token::Sign('%') => Some(("%", 1)),
        Token::Sign('^') => Some(("^", 1)),
        Token::Word(word) => match word.to_lowercase().as_str() {
            "plus" => Some(("+", 1)),
            "minus" => Some(("-", 1)),
            "times" | "x" => Some(("*", 1)),
            "multiplied" if is_word(tokens, at + 1, "by") => Some(("*", 2)),
            "divided" if is_word(tokens, at + 1, "by") => Some(("/", 2)),
            "modulo" | "mod" => Some(("%", 1)),
            "percent" if is_word(tokens, at + 1, "of") => Some(("/ 100 *", 2)),
            _ => None,
        },
        _ => None,
    }
}

fn is_function(word: &str) -> bool {
    matches!(
        word,
        "abs"
            | "ceil"
            | "cos"
            | "exp"
            | "floor"
            | "ln"
            | "log10"
            | "log2"
            | "round"
            | "sin"
            | "sqrt"
            | "tan"
    )
}

fn number(tokens: &[Token], at: usize) -> Option<(f64, usize)> {
    let negative = matches!(tokens.get(at)?, Token::Sign('-' | '−'));
    let Token::Number(digits) = tokens.get(at + usize::from(negative))? else {
        return None;
    };
    let value: f64 = digits.parse().ok()?;
    Some((
        if negative { -value } else { value },
        at + 1 + usize::from(negative),
    ))
}

/// A unit, and what comes after it. In "degrees Celsius" it is the second word.
fn unit(tokens: &[Token], at: usize) -> Option<(String, usize)> {
    let Token::Word(word) = tokens.get(at)? else {
        return None;
    };
    let no_unit = ["to", "into", "in", "and", "is", "are", "there"];
    if is_any_word(tokens, at, &no_unit) {
        return None;
    }
    if is_any_word(tokens, at, &["degree", "degrees"])
        && let Some(scale) = unit(tokens, at + 1)
    {
        return Some(scale);
    }
    Some((word.clone(), at + 1))
}

fn is_word(tokens: &[Token], at: usize, wanted: &str) -> bool {
    matches!(tokens.get(at), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted))
}

fn is_any_word(tokens: &[Token], at: usize, wanted: &[&str]) -> bool {
    wanted.iter().any(|wanted| is_word(tokens, at, wanted))
}
