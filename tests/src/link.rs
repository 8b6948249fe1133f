//! A slow link: a proxy between one phone and the server that counts, delays, holds back and cuts.
//!
//! What is modelled: a round trip before the first byte of a connection (the handshake of TCP), half a round trip
//! for every byte in either direction, and a rate that all connections together share in each direction. Not
//! modelled: TLS, lost packets, slow start. So it flatters everybody alike.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// What a link is like.
#[derive(Clone, Debug)]
pub struct Nature {
    pub round_trip: Duration,
    /// In each direction.
    pub bytes_per_s: f64,
    /// After so many more bytes towards the phone the connection is cut; then after so many more, and so on.
    pub cuts: Vec<u64>,
}

impl Nature {
    /// As if there were nothing between.
    pub fn none() -> Self {
        Self { round_trip: Duration::ZERO, bytes_per_s: 1e9, cuts: Vec::new() }
    }

    /// A bar or two of EDGE: 300 ms there and back, 20 kB/s.
    pub fn edge() -> Self {
        Self { round_trip: Duration::from_millis(300), bytes_per_s: 20_000.0, cuts: Vec::new() }
    }

    /// The edge of the village: 30 kbit/s, 600 ms, cut again and again.
    pub fn lossy(cuts: &[u64]) -> Self {
        Self { round_trip: Duration::from_millis(600), bytes_per_s: 30_000.0 / 8.0, cuts: cuts.to_vec() }
    }
}

/// The proxy. It ends with the process, or when it is dropped.
#[derive(Debug)]
pub struct SlowLink {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    nature: Nature,
    server: SocketAddr,
    over: AtomicBool,
    up: Lane,
    down: Lane,
    /// Bytes until the next cut, and those after it, the next one last.
    cuts: Mutex<Vec<u64>>,
    cut: AtomicU64,
}

/// One direction, shared by all connections.
#[derive(Debug)]
struct Lane {
    /// When what was sent last is through.
    free: Mutex<Instant>,
    bytes: AtomicU64,
}

impl Lane {
    fn new() -> Self {
        Self { free: Mutex::new(Instant::now()), bytes: AtomicU64::new(0) }
    }

    /// When so many bytes that are sent now have arrived.
    fn arrival(&self, bytes: usize, nature: &Nature) -> Instant {
        let mut free = self.free.lock().unwrap();
        let begin = (*free).max(Instant::now());
        *free = begin + Duration::from_secs_f64(bytes as f64 / nature.bytes_per_s);
        *free + nature.round_trip / 2
    }
}

impl SlowLink {
    pub fn to(server: SocketAddr, nature: Nature) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let mut cuts = nature.cuts.clone();
        cuts.reverse();
        let shared = Arc::new(Shared {
            nature,
            server,
            over: AtomicBool::new(false),
            up: Lane::new(),
            down: Lane::new(),
            cuts: Mutex::new(cuts),
            cut: AtomicU64::new(0),
        });
        let accepting = shared.clone();
        thread::spawn(move || {
            for phone in listener.incoming().flatten() {
                if accepting.over.load(Ordering::Relaxed) {
                    return;
                }
                let shared = accepting.clone();
                thread::spawn(move || carry(&shared, phone));
            }
        });
        Self { address, shared }
    }

    /// Bytes that went towards the server, and towards the phone.
    pub fn bytes(&self) -> (u64, u64) {
        (self.shared.up.bytes.load(Ordering::Relaxed), self.shared.down.bytes.load(Ordering::Relaxed))
    }

    /// How often a connection was cut.
    pub fn cuts(&self) -> u64 {
        self.shared.cut.load(Ordering::Relaxed)
    }
}

impl Drop for SlowLink {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

fn carry(shared: &Arc<Shared>, phone: TcpStream) {
    // The phone's SYN and the answer to it.
    let open = Instant::now() + shared.nature.round_trip;
    let Ok(server) = TcpStream::connect(shared.server) else { return };
    for stream in [&phone, &server] {
        let _ = stream.set_nodelay(true);
    }
    let (Ok(phone_in), Ok(server_in)) = (phone.try_clone(), server.try_clone()) else { return };
    let upwards = shared.clone();
    thread::spawn(move || pump(&upwards, &upwards.up, phone_in, server, open, false));
    pump(shared, &shared.down, server_in, phone, open, true);
}

/// Reads from one side what comes and gives it to the other when it has arrived.
fn pump(shared: &Arc<Shared>, lane: &Lane, mut from: TcpStream, to: TcpStream, open: Instant, cutting: bool) {
    let (sender, receiver) = mpsc::channel::<(Instant, Vec<u8>)>();
    let out = to.try_clone();
    let writing = thread::spawn(move || {
        let Ok(mut out) = out else { return };
        for (at, bytes) in receiver {
            thread::sleep(at.saturating_duration_since(Instant::now()));
            if out.write_all(&bytes).is_err() {
                return;
            }
        }
        let _ = out.shutdown(Shutdown::Write);
    });
    let mut buffer = [0; 1024];
    while let Ok(read) = from.read(&mut buffer) {
        if read == 0 {
            break;
        }
        let mut bytes = buffer[..read].to_vec();
        let cut = cutting && due_for_a_cut(shared, &mut bytes);
        thread::sleep(open.saturating_duration_since(Instant::now()));
        lane.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let at = lane.arrival(bytes.len(), &shared.nature);
        let _ = sender.send((at, bytes));
        if cut {
            break;
        }
        // No more on the way than a second of it: what is cut off is lost to both.
        thread::sleep(at.saturating_duration_since(Instant::now() + Duration::from_secs(1)));
    }
    drop(sender);
    let _ = writing.join();
    if cutting {
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    }
}

fn due_for_a_cut(shared: &Shared, bytes: &mut Vec<u8>) -> bool {
    let mut cuts = shared.cuts.lock().unwrap();
    let Some(left) = cuts.last_mut() else { return false };
    if *left > bytes.len() as u64 {
        *left -= bytes.len() as u64;
        return false;
    }
    bytes.truncate(*left as usize);
    cuts.pop();
    shared.cut.fetch_add(1, Ordering::Relaxed);
    true
}
