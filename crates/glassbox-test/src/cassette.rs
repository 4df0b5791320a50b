//! Recorded exchanges of one's own: a [`Recorder`] stands between a model and its transport, and a [`Replayer`] gives
//! what was recorded again, from memory or over a real socket.
//!
//! A [`Cassette`] is a file of JSON that holds one exchange:
//!
//! ```json
//! {
//!   "glassbox_cassette": 1,
//!   "request": {
//!     "method": "POST",
//!     "url": "https://api.example.com/v1/chat/completions",
//!     "headers": [["authorization", "SCRUBBED"], ["content-type", "application/json"]],
//!     "body": "eyJtb2RlbCI6Im0ifQ=="
//!   },
//!   "response": {
//!     "status": 200,
//!     "headers": [["content-type", "text/event-stream"]],
//!     "pieces": ["ZGF0YTogMQoK", "ZGF0YTogMgoK"],
//!     "failure": "network"
//!   }
//! }
//! ```
//!
//! Bodies are base64 ([RFC 4648](https://www.rfc-editor.org/rfc/rfc4648), section 4), so any bytes can be kept; that
//! of the answer is in the pieces in which it arrived. `failure` says how it broke off, in the words of
//! [`ErrorKind`](glassbox_core::ErrorKind); it is left out where it did not, and `status` is left out where no answer
//! came. What a client left unread is not recorded.
//!
//! Keys do not get into a file: the values of headers that are marked as sensitive or known to hold keys, cookies or
//! accounts, and of parameters of the query that are, stand there as `SCRUBBED`; so does every key, wherever it stands
//! in the exchange, and whatever else [`Recorder::with_secret`] names. The conversation itself is in the file: look
//! at it before you share it.
//!
//! ```
//! use glassbox_http::{HttpClient, MemoryTransport};
//! use glassbox_test::cassette::{Recorder, Replayer};
//!
//! # fn main() -> glassbox_core::Result<()> {
//! let network = MemoryTransport::new();
//! let recorder = Recorder::new(network);
//! let client = HttpClient::new(recorder.clone());
//! // ... a model that uses the client is asked something ...
//! let replayer = Replayer::new(recorder.cassettes());
//! let client = HttpClient::new(replayer);
//! # let _ = client; Ok(()) }
//! ```

mod file;
mod recorder;
mod replayer;
mod scrub;

pub use file::{Cassette, RecordedRequest, RecordedResponse};
pub use recorder::Recorder;
pub use replayer::Replayer;
