use std::io;

use bytes::Bytes;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _};

use super::Received;

/// The next request of a connection; `None` where the client closed it.
pub(super) async fn read_request(
    stream: &mut (impl AsyncBufRead + Unpin),
    connection: usize,
) -> io::Result<Option<Received>> {
    let first = read_line(stream).await?;
    let mut words = first.split(' ');
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Ok(None);
    };
    let mut received = Received {
        method: method.to_owned(),
        path: path.to_owned(),
        headers: Vec::new(),
        body: Bytes::new(),
        connection,
    };
    loop {
        let line = read_line(stream).await?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        received
            .headers
            .push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    received.body = read_body(stream, &received).await?;
    Ok(Some(received))
}

async fn read_body(stream: &mut (impl AsyncBufRead + Unpin), head: &Received) -> io::Result<Bytes> {
    let mut body = Vec::new();
    if head.header("transfer-encoding") == Some("chunked") {
        loop {
            let line = read_line(stream).await?;
            let size = line.split(';').next().unwrap_or_default();
            let size = usize::from_str_radix(size, 16).map_err(io::Error::other)?;
            read_exactly(stream, size, &mut body).await?;
            read_line(stream).await?;
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = head.header("content-length") {
        let length = length.parse().map_err(io::Error::other)?;
        read_exactly(stream, length, &mut body).await?;
    }
    Ok(body.into())
}

async fn read_exactly(
    stream: &mut (impl AsyncBufRead + Unpin),
    length: usize,
    body: &mut Vec<u8>,
) -> io::Result<()> {
    let start = body.len();
    body.resize(start + length, 0);
    stream.read_exact(&mut body[start..]).await?;
    Ok(())
}

/// A line without its end; empty at the end of the connection.
async fn read_line(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(line)
}
