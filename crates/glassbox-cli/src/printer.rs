use glassbox::Event;

use crate::failure::Failure;
use crate::output;

/// Prints what the model says as it says it.
pub(crate) struct Printer {
    on: bool,
    said_something: bool,
    line_open: bool,
}

impl Drop for Printer {
    /// Ends the line where the work was given up in the middle of it.
    fn drop(&mut self) {
        let _ = self.end();
    }
}

impl Printer {
    /// A printer that prints, or one that is off.
    pub(crate) fn new(on: bool) -> Self {
        Self {
            on,
            said_something: false,
            line_open: false,
        }
    }

    /// Prints the event's text, where it is text of the first answer.
    pub(crate) fn follow(&mut self, event: &Event) -> Result<(), Failure> {
        if let Event::Text {
            choice: 0, delta, ..
        } = event
            && self.on
            && !delta.is_empty()
        {
            output::print(delta)?;
            self.said_something = true;
            self.line_open = !delta.ends_with('\n');
        }
        Ok(())
    }

    /// Ends the line that is open, if one is.
    pub(crate) fn end(&mut self) -> Result<(), Failure> {
        if std::mem::take(&mut self.line_open) {
            output::print("\n")?;
        }
        Ok(())
    }

    /// Ends the line, and prints the whole text where none of it was printed in pieces.
    pub(crate) fn conclude(&mut self, text: &str) -> Result<(), Failure> {
        if self.said_something {
            self.end()
        } else if text.is_empty() {
            Ok(())
        } else {
            output::print_line(text)
        }
    }
}
