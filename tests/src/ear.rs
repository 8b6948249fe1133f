//! Somebody who listens for news, as an open page does: a request whose answer does not end.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// An open stream of pokes.
#[derive(Debug)]
pub struct Ear {
    stream: TcpStream,
    seen: Vec<u8>,
}

impl Ear {
    /// Opens the stream and waits until it is open.
    pub fn open(address: SocketAddr, token: &str) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        write!(stream, "GET /v1/news HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n")?;
        let mut ear = Self { stream, seen: Vec::new() };
        let head = ear.until(b": open\n\n")?;
        match head.starts_with(b"HTTP/1.1 200") {
            true => Ok(ear),
            false => Err(io::Error::other(String::from_utf8_lossy(&head).into_owned())),
        }
    }

    /// Waits for the next poke; the row it names. An error at the end of the stream.
    pub fn poke(&mut self) -> io::Result<u64> {
        self.until(b"data: {\"seq\":")?;
        let seq = self.until(b"}\n\n")?;
        let digits: String = String::from_utf8_lossy(&seq).chars().take_while(char::is_ascii_digit).collect();
        digits.parse().map_err(|_| io::ErrorKind::InvalidData.into())
    }

    /// The open connection, for who means not to listen.
    pub fn into_stream(self) -> TcpStream {
        self.stream
    }

    /// Lets go of the pokes that have come and were not waited for.
    pub fn forget(&mut self) -> io::Result<()> {
        self.stream.set_nonblocking(true)?;
        let mut buffer = [0; 4096];
        while self.stream.read(&mut buffer).is_ok_and(|read| read > 0) {}
        self.stream.set_nonblocking(false)?;
        self.seen.clear();
        Ok(())
    }

    /// Everything up to and with `end`.
    fn until(&mut self, end: &[u8]) -> io::Result<Vec<u8>> {
        loop {
            if let Some(at) = self.seen.windows(end.len()).position(|window| window == end) {
                let rest = self.seen.split_off(at + end.len());
                return Ok(std::mem::replace(&mut self.seen, rest));
            }
            let mut buffer = [0; 4096];
            match self.stream.read(&mut buffer)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => self.seen.extend_from_slice(&buffer[..read]),
            }
        }
    }
}
