use super::functions::{Function, constant, function, names};
use super::lexer::{Kind, Operator, Token};
use super::number::Number;
use crate::words::{closest, did_you_mean, shorten};

/// How deep brackets, signs and powers may be nested. Each level takes a few frames of the stack.
const DEEPEST: usize = 64;

/// The value of the whole expression.
pub(super) fn value(tokens: &[Token]) -> Result<Number, String> {
    let mut parser = Parser {
        tokens,
        at: 0,
        depth: 0,
    };
    if parser.peek().kind == Kind::End {
        return Err("the expression is empty".to_owned());
    }
    let value = parser.expression(0)?;
    match &parser.peek().kind {
        Kind::End => Ok(value),
        Kind::Close => Err(format!(
            "a closing bracket too many at column {}",
            parser.peek().column
        )),
        Kind::Comma => Err(format!(
            "unexpected `,` at column {}; write numbers without thousands separators",
            parser.peek().column
        )),
        _ => Err(format!(
            "an operator is missing before {}",
            place(parser.peek())
        )),
    }
}

/// Precedence climbing: evaluates while it reads, so there is no tree to build or to free.
struct Parser<'a> {
    /// Ends in [`Kind::End`].
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

/// How tightly a sign binds: tighter than `*`, looser than `^`.
const SIGN: u8 = 30;

/// How tightly an operator binds on its left and on its right.
fn binding(operator: Operator) -> (u8, u8) {
    match operator {
        Operator::Plus | Operator::Minus => (10, 11),
        Operator::Times | Operator::Over | Operator::Quotient | Operator::Remainder => (20, 21),
        Operator::Power => (41, 40),
    }
}

impl<'a> Parser<'a> {
    fn peek(&self) -> &'a Token {
        &self.tokens[self.at]
    }

    /// Takes a token. The end stays where it is.
    fn next(&mut self) -> &'a Token {
        let token = self.peek();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    /// Reads as far as operators bind at least as tightly as `tightness`.
    fn expression(&mut self, tightness: u8) -> Result<Number, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let column = self.peek().column;
            return Err(format!(
                "more than {DEEPEST} levels of nesting at column {column}; split the expression up"
            ));
        }
        let mut left = self.operand()?;
        while let Kind::Operator(operator) = self.peek().kind {
            let (on_left, on_right) = binding(operator);
            if on_left < tightness {
                break;
            }
            let column = self.next().column;
            let ends = matches!(self.peek().kind, Kind::End | Kind::Close | Kind::Comma);
            if operator == Operator::Remainder && ends {
                return Err(format!(
                    "`%` at column {column} is the remainder of a division and needs a number after it; write a \
                     percentage as a division by 100"
                ));
            }
            let right = self.expression(on_right)?;
            left = apply(operator, left, right)
                .map_err(|problem| format!("{problem} at column {column}"))?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operand(&mut self) -> Result<Number, String> {
        let token = self.next();
        match &token.kind {
            Kind::Number(number) => Ok(*number),
            Kind::Operator(Operator::Minus) => Ok(self.expression(SIGN)?.negate()),
            Kind::Operator(Operator::Plus) => self.expression(SIGN),
            Kind::Open => {
                let value = self.expression(0)?;
                self.close(token.column)?;
                Ok(value)
            }
            Kind::Name(name) => self.name(name, token.column),
            _ => Err(format!("a number is missing before {}", place(token))),
        }
    }

    fn name(&mut self, name: &str, column: usize) -> Result<Number, String> {
        let is_called = self.peek().kind == Kind::Open;
        match (constant(name), function(name)) {
            (Some(value), _) if !is_called => Ok(value),
            (_, Some(function)) if is_called => self.call(function, column),
            (_, Some(_)) => Err(format!(
                "`{name}` at column {column} is a function: write `{name}(...)`"
            )),
            (Some(_), None) => Err(format!(
                "`{name}` at column {column} is a constant; write `*` after it"
            )),
            (None, None) => Err(format!(
                "`{}` at column {column} is not known{} Known are {}.",
                shorten(name, 40),
                did_you_mean(closest(name, names())),
                names().collect::<Vec<_>>().join(", "),
            )),
        }
    }

    fn call(&mut self, function: &Function, column: usize) -> Result<Number, String> {
        let name = function.name;
        let open = self.next().column;
        let mut arguments = Vec::new();
        if self.peek().kind != Kind::Close {
            arguments.push(self.expression(0)?);
            while self.peek().kind == Kind::Comma {
                self.next();
                arguments.push(self.expression(0)?);
            }
        }
        self.close(open)?;
        if !function.takes.contains(&arguments.len()) {
            let takes = match (function.takes.start(), function.takes.end()) {
                (1, 1) => "1 argument".to_owned(),
                (least, most) if least == most => format!("{most} arguments"),
                (least, most) => format!("{least} to {most} arguments"),
            };
            return Err(format!(
                "`{name}` at column {column} takes {takes} and got {}",
                arguments.len()
            ));
        }
        (function.apply)(&arguments)
            .map_err(|problem| format!("{name}: {problem} at column {column}"))
    }

    fn close(&mut self, opened: usize) -> Result<(), String> {
        match self.peek().kind {
            Kind::Close => {
                self.next();
                Ok(())
            }
            Kind::End => Err(format!("the bracket at column {opened} is not closed")),
            Kind::Comma => Err(format!(
                "unexpected `,` at column {}; write numbers without thousands separators",
                self.peek().column
            )),
            _ => Err(format!(
                "an operator is missing before {}",
                place(self.peek())
            )),
        }
    }
}

/// Where a token is, in words.
fn place(token: &Token) -> String {
    match token.kind {
        Kind::End => "the end".to_owned(),
        _ => format!("column {}", token.column),
    }
}

fn apply(operator: Operator, left: Number, right: Number) -> Result<Number, String> {
    match operator {
        Operator::Plus => left.add(right),
        Operator::Minus => left.subtract(right),
        Operator::Times => left.multiply(right),
        Operator::Over => left.divide(right),
        Operator::Quotient => left.quotient(right),
        Operator::Remainder => left.remainder(right),
        Operator::Power => left.power(right),
    }
}
