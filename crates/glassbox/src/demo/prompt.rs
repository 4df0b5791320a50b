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
    let words = words(prompt);
    let mut tasks = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if let Some((task, next)) = conversion(&words, at) {
            tasks.push(task);
            at = next;
        } else if let Some((task, next)) = expression(&words, at) {
            tasks.push(task);
            at = next;
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

fn words(prompt: &str) -> Vec<Token> {
    let end = (0..=prompt.len().min(MOST_BYTES))
        .rev()
        .find(|at| prompt.is_char_boundary(*at))
        .unwrap_or(0);
    let mut tokens = Vec::new();
    let mut rest = prompt[..end].chars().peekable();
    while let Some(first) = rest.next() {
        if first.is_ascii_digit() || (first == '.' && rest.peek().is_some_and(char::is_ascii_digit))
        {
            let mut number = first.to_string();
            while let Some(next) =
                rest.next_if(|next| next.is_ascii_digit() || matches!(next, '.' | ','))
            {
                number.push(next);
            }
            // A full stop or a comma at the end belongs to the sentence; one inside groups digits.
            let trimmed = number.trim_end_matches(['.', ',']);
            tokens.push(Token::Number(trimmed.replace(',', "")));
            if trimmed.len() < number.len() {
                tokens.push(Token::Sign(','));
            }
        } else if first.is_alphabetic() || first == '°' {
            let mut word = first.to_string();
            while let Some(next) =
                rest.next_if(|next| next.is_alphanumeric() || matches!(next, '/' | '_'))
            {
                word.push(next);
            }
            tokens.push(Token::Word(word));
        } else if !first.is_whitespace() {
            tokens.push(Token::Sign(first));
        }
    }
    tokens
}

/// `[convert] (NUMBER | that | it | the result) [many] UNIT (to | into | in) UNIT`, or `how many UNIT (is | are | in)
/// NUMBER UNIT`.
fn conversion(tokens: &[Token], at: usize) -> Option<(Task, usize)> {
    if is_word(tokens, at, "how") && is_word(tokens, at + 1, "many") {
        let to = unit(tokens, at + 2)?;
        is_any_word(tokens, at + 3, &["is", "are", "in"]).then_some(())?;
        let (value, after) = number(tokens, at + 4)?;
        let from = unit(tokens, after)?;
        return Some((
            Task::Convert {
                value: Some(value),
                from,
                to,
            },
            after + 1,
        ));
    }
    let (value, mut next) = match number(tokens, at) {
        Some((value, next)) => (Some(value), next),
        None if is_any_word(tokens, at, &["that", "it", "result"]) => (None, at + 1),
        None => return None,
    };
    if is_word(tokens, next, "many") {
        next += 1;
    }
    if value.is_none() && is_word(tokens, next, "from") {
        next += 1;
    }
    let from = unit(tokens, next)?;
    is_any_word(tokens, next + 1, &["to", "into", "in"]).then_some(())?;
    let to = unit(tokens, next + 2)?;
    Some((Task::Convert { value, from, to }, next + 3))
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
            Token::Number(number) if operand_due => {
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
    (operators > 0).then(|| (Task::Calculate(text[..length].to_owned()), next))
}

fn operator(tokens: &[Token], at: usize) -> Option<(char, usize)> {
    match tokens.get(at)? {
        Token::Sign('*') if tokens.get(at + 1) == Some(&Token::Sign('*')) => Some(('^', 2)),
        Token::Sign(sign @ ('+' | '-' | '*' | '/' | '%' | '^')) => Some((*sign, 1)),
        Token::Sign('×' | '·') => Some(('*', 1)),
        Token::Sign('÷') => Some(('/', 1)),
        Token::Sign('−') => Some(('-', 1)),
        Token::Word(word) => match word.to_lowercase().as_str() {
            "plus" => Some(('+', 1)),
            "minus" => Some(('-', 1)),
            "times" | "x" => Some(('*', 1)),
            "multiplied" if is_word(tokens, at + 1, "by") => Some(('*', 2)),
            "divided" if is_word(tokens, at + 1, "by") => Some(('/', 2)),
            "modulo" | "mod" => Some(('%', 1)),
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

fn unit(tokens: &[Token], at: usize) -> Option<String> {
    match tokens.get(at)? {
        Token::Word(word)
            if !matches!(word.as_str(), "to" | "into" | "in" | "and" | "is" | "are") =>
        {
            Some(word.clone())
        }
        _ => None,
    }
}

fn is_word(tokens: &[Token], at: usize, wanted: &str) -> bool {
    matches!(tokens.get(at), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted))
}

fn is_any_word(tokens: &[Token], at: usize, wanted: &[&str]) -> bool {
    wanted.iter().any(|wanted| is_word(tokens, at, wanted))
}
