//! A server below any protocol: it accepts connections and misbehaves.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

/// What becomes of a connection once the client has said something.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wire {
    /// It is closed.
    Closes,
    /// It says what no protocol says, and is closed.
    Babbles,
    /// Nothing, ever.
    Hangs,
}

impl Wire {
    /// A port where this happens to each connection.
    pub(crate) fn port(self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                thread::spawn(move || {
                    let _ = stream.read(&mut [0; 1024]);
                    match self {
                        Self::Closes => {}
                        Self::Babbles => {
                            let _ = stream.write_all(&[0xff, 0x00, b'?'].repeat(100));
                        }
                        Self::Hangs => loop {
                            thread::park();
                        },
                    }
                });
            }
        });
        port
    }
}
