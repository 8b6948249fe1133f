//! A client that speaks HTTP/1.1 as a browser does and counts every byte, headers too.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// What Chromium sends with a request from the pages of the same origin, besides what [`Client::send`] sets.
const AS_A_BROWSER: &str = "Accept: */*\r\n\
    Accept-Encoding: gzip, deflate, br, zstd\r\n\
    Accept-Language: ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7\r\n\
    Connection: keep-alive\r\n\
    Sec-Fetch-Dest: empty\r\n\
    Sec-Fetch-Mode: cors\r\n\
    Sec-Fetch-Site: same-origin\r\n\
    User-Agent: Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36\r\n";

/// One connection at a time, kept open, opened again when it was closed.
#[derive(Debug)]
pub struct Client {
    address: SocketAddr,
    patience: Duration,
    stream: Option<TcpStream>,
    pub traffic: Traffic,
}

/// Bytes of requests and answers, as they go over TCP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    pub up: u64,
    pub down: u64,
    pub round_trips: u64,
}

#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }
}

/// A request: what is not said is not sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ask<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub token: Option<&'a str>,
    pub content_type: Option<&'a str>,
    pub body: &'a [u8],
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        Self { address, patience: Duration::from_secs(60), stream: None, traffic: Traffic::default() }
    }

    /// Where it goes.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Gives up on silence after so long.
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Sends a request and waits for the whole answer. Once, on a kept connection that turns out to be
    /// closed before a single byte came back, it tries again, as browsers do.
    pub fn send(&mut self, ask: Ask<'_>) -> io::Result<Answer> {
        let kept = self.stream.is_some();
        let heard = self.traffic.down;
        let outcome = self.try_send(ask);
        if outcome.is_err() {
            self.stream = None;
            if kept && self.traffic.down == heard {
                let again = self.try_send(ask);
                if again.is_err() {
                    self.stream = None;
                }
                return again;
            }
        }
        outcome
    }

    /// Sends the request up to `bytes` of its body, then hangs up without waiting for anything.
    pub fn send_part(&mut self, ask: Ask<'_>, bytes: usize) -> io::Result<()> {
        let head = self.head(ask);
        let part = &ask.body[..bytes.min(ask.body.len())];
        self.stream()?.write_all(&[head.as_bytes(), part].concat())?;
        self.stream = None;
        Ok(())
    }

    fn try_send(&mut self, ask: Ask<'_>) -> io::Result<Answer> {
        let message = [self.head(ask).as_bytes(), ask.body].concat();
        // A server may answer and close before it has read everything: its answer counts.
        let sent = self.stream()?.write_all(&message);
        self.traffic.up += message.len() as u64;
        self.traffic.round_trips += 1;
        self.read().map_err(|error| sent.err().unwrap_or(error))
    }

    fn head(&self, ask: Ask<'_>) -> String {
        let mut head =
            format!("{} {} HTTP/1.1\r\nHost: {}\r\n{AS_A_BROWSER}", ask.method, ask.path, self.address);
        if ask.method != "GET" {
            head += &format!("Content-Length: {}\r\nOrigin: http://{}\r\n", ask.body.len(), self.address);
        }
        if let Some(token) = ask.token {
            head += &format!("Authorization: Bearer {token}\r\n");
        }
        if let Some(content_type) = ask.content_type {
            head += &format!("Content-Type: {content_type}\r\n");
        }
        head + "\r\n"
    }

    fn stream(&mut self) -> io::Result<&mut TcpStream> {
        if self.stream.is_none() {
            let stream = TcpStream::connect_timeout(&self.address, self.patience)?;
            stream.set_read_timeout(Some(self.patience))?;
            stream.set_write_timeout(Some(self.patience))?;
            stream.set_nodelay(true)?;
            self.stream = Some(stream);
        }
        self.stream.as_mut().ok_or(io::ErrorKind::NotConnected.into())
    }

    fn read(&mut self) -> io::Result<Answer> {
        let mut seen = Vec::new();
        let head_end = loop {
            if let Some(at) = find(&seen, b"\r\n\r\n") {
                break at + 4;
            }
            self.more(&mut seen)?;
        };
        let head = String::from_utf8_lossy(&seen[..head_end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).ok_or_else(broken)?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(key, value)| (key.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut answer = Answer { status, headers, body: Vec::new() };
        let mut rest = seen.split_off(head_end);
        if answer.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            answer.body = self.chunks(&mut rest)?;
        } else {
            let length = answer.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            while rest.len() < length {
                self.more(&mut rest)?;
            }
            answer.body = rest;
        }
        if answer.header("content-encoding") == Some("br") {
            let mut spread = Vec::new();
            brotli::BrotliDecompress(&mut answer.body.as_slice(), &mut spread)?;
            answer.body = spread;
        }
        if answer.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close")) {
            self.stream = None;
        }
        Ok(answer)
    }

    fn chunks(&mut self, rest: &mut Vec<u8>) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = loop {
                if let Some(at) = find(rest, b"\r\n") {
                    break at;
                }
                self.more(rest)?;
            };
            let size =
                std::str::from_utf8(&rest[..line]).ok().and_then(|hex| usize::from_str_radix(hex, 16).ok());
            let size = size.ok_or_else(broken)?;
            while rest.len() < line + 2 + size + 2 {
                self.more(rest)?;
            }
            body.extend_from_slice(&rest[line + 2..line + 2 + size]);
            rest.drain(..line + 2 + size + 2);
            if size == 0 {
                return Ok(body);
            }
        }
    }

    fn more(&mut self, into: &mut Vec<u8>) -> io::Result<()> {
        let mut buffer = [0; 16 * 1024];
        let read = self.stream()?.read(&mut buffer)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.traffic.down += read as u64;
        into.extend_from_slice(&buffer[..read]);
        Ok(())
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn broken() -> io::Error {
    io::ErrorKind::InvalidData.into()
}
