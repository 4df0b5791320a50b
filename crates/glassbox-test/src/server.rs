mod read;
mod reply;

use std::fmt;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::io::BufReader;
use tokio::net::{TcpListener as AsyncListener, TcpStream};
use tokio::task::JoinSet;

use self::read::read_request;
pub use self::reply::Reply;

/// A real HTTP/1.1 server on the loopback interface, for tests of what only a socket can show: pieces, pauses,
/// broken connections, silence.
///
/// It runs on the tokio runtime that it was made in, and ends when it is dropped, with all its connections.
/// Connections are kept alive as HTTP/1.1 says.
///
/// ```
/// # use glassbox_test::{Reply, Server};
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let server = Server::new(|request| match request.path.as_str() {
///     "/models" => Reply::new(200).with_body("[]"),
///     _ => Reply::new(404),
/// });
/// assert!(server.url().starts_with("http://127.0.0.1:"));
/// assert!(server.requests().is_empty());
/// # }
/// ```
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// The task that accepts connections, and holds theirs. Dropping the set ends it.
    _accepting: JoinSet<()>,
}

struct Shared {
    received: Mutex<Vec<Received>>,
    answer: Box<dyn Fn(&Received) -> Reply + Send + Sync>,
}

impl Server {
    /// Listens on a free port of 127.0.0.1 and answers every request as `answer` says.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with I/O, and where no port is free.
    pub fn new(answer: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port on 127.0.0.1");
        let address = listener.local_addr().expect("a bound socket's address");
        listener
            .set_nonblocking(true)
            .expect("a socket that does not block");
        let listener = AsyncListener::from_std(listener).expect("a tokio runtime with I/O");
        let shared = Arc::new(Shared {
            received: Mutex::default(),
            answer: Box::new(answer),
        });
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, Arc::clone(&shared)));
        Self {
            address,
            shared,
            _accepting: accepting,
        }
    }

    /// Where it listens, without a slash at the end: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests so far, in the order in which they were complete.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        self.shared.received().clone()
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .field("requests", &self.shared.received().len())
            .finish_non_exhaustive()
    }
}

impl Shared {
    fn received(&self) -> MutexGuard<'_, Vec<Received>> {
        // A panic elsewhere leaves a list that is still whole.
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request as the server read it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// The method, in capital letters.
    pub method: String,
    /// The path with the query, as it was sent.
    pub path: String,
    /// The headers in order, with their names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body, without its transfer coding.
    pub body: Bytes,
    /// The number of the connection that it came over, from 0.
    pub connection: usize,
}

impl Received {
    /// The first header of that name, which is given in small letters.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// Where it is not JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a body of JSON")
    }

    fn is_last(&self) -> bool {
        self.header("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }
}

async fn accept(listener: AsyncListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    let mut count = 0;
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(serve(stream, count, Arc::clone(&shared)));
        count += 1;
        while connections.try_join_next().is_some() {}
    }
}

/// Answers the requests of one connection until it is closed.
async fn serve(stream: TcpStream, connection: usize, shared: Arc<Shared>) {
    // Pieces are to arrive as they were written. Where that cannot be had, they arrive later.
    let _ = stream.set_nodelay(true);
    let mut stream = BufReader::new(stream);
    while let Ok(Some(request)) = read_request(&mut stream, connection).await {
        shared.received().push(request.clone());
        let reply = (shared.answer)(&request);
        if !reply.write(stream.get_mut()).await || request.is_last() {
            break;
        }
    }
}
