use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// More than this is not kept back.
const MOST: usize = 64 << 20;

/// A writer that keeps what it is given until the answer is out, so that a trace does not tear it apart where both go
/// to the same terminal or pipe.
pub(crate) struct Held(Arc<Mutex<State>>);

/// Lets a [`Held`] writer go.
pub(crate) struct Release(Arc<Mutex<State>>);

struct State {
    out: Box<dyn Write + Send>,
    kept: Option<Vec<u8>>,
}

impl Held {
    pub(crate) fn new(out: impl Write + Send + 'static) -> (Self, Release) {
        let state = Arc::new(Mutex::new(State {
            out: Box::new(out),
            kept: Some(Vec::new()),
        }));
        (Self(Arc::clone(&state)), Release(state))
    }
}

impl Release {
    /// Writes what was kept, and from now on everything at once.
    pub(crate) fn release(&self) {
        // What cannot be written now will fail again, and be told, when the rest is.
        let _ = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .release();
    }
}

impl State {
    fn release(&mut self) -> io::Result<()> {
        match self.kept.take() {
            Some(kept) => self.out.write_all(&kept).and_then(|()| self.out.flush()),
            None => Ok(()),
        }
    }
}

impl Write for Held {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut state.kept {
            Some(kept) if kept.len() + bytes.len() <= MOST => {
                kept.extend_from_slice(bytes);
                Ok(bytes.len())
            }
            _ => {
                state.release()?;
                state.out.write(bytes)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.kept.is_some() {
            Ok(())
        } else {
            state.out.flush()
        }
    }
}
