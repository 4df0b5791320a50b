//! No room.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use super::*;

/// A disk with so many bytes left. It takes what fits of what does not.
#[derive(Debug, Default)]
struct Small {
    left: Arc<AtomicU64>,
    /// What was written cannot be taken back.
    rigid: bool,
}

#[derive(Debug)]
struct SmallFile {
    file: Arc<dyn Append>,
    left: Arc<AtomicU64>,
    rigid: bool,
}

impl Disk for Small {
    fn create(&self, path: &Path) -> io::Result<Arc<dyn Append>> {
        Ok(Arc::new(SmallFile {
            file: Files.create(path)?,
            left: Arc::clone(&self.left),
            rigid: self.rigid,
        }))
    }
}

impl Append for SmallFile {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let left = self.left.load(Ordering::Relaxed) as usize;
        let fits = left.min(bytes.len());
        self.file.append(&bytes[..fits])?;
        if fits < bytes.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.left.store((left - fits) as u64, Ordering::Relaxed);
        Ok(())
    }

    fn cut(&self, length: u64) -> io::Result<()> {
        match self.rigid {
            true => Err(io::ErrorKind::Other.into()),
            false => self.file.cut(length),
        }
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }
}

/// A disk that counts how often it is told to make something safe.
#[derive(Debug, Default)]
pub(super) struct Watched {
    pub(super) syncs: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct WatchedFile(Arc<dyn Append>, Arc<AtomicUsize>);

impl Disk for Watched {
    fn create(&self, path: &Path) -> io::Result<Arc<dyn Append>> {
        let syncs = Arc::clone(&self.syncs);
        Ok(Arc::new(WatchedFile(Files.create(path)?, syncs)))
    }
}

impl Append for WatchedFile {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.0.append(bytes)
    }

    fn cut(&self, length: u64) -> io::Result<()> {
        self.0.cut(length)
    }

    fn sync(&self) -> io::Result<()> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.sync()
    }
}

/// Of 100 bytes each, with what belongs to it.
fn text(number: usize) -> String {
    format!("{number:059}")
}

#[test]
fn the_oldest_make_room() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), settings().with_max_bytes(800));
    for at in 0..20 {
        assert!(
            append(&store, &text(at)),
            "there is always room for the newest"
        );
        assert!(store.bytes() <= 800);
    }
    let arrived = deliver(&store);
    assert_eq!(arrived, Vec::from_iter((12..20).map(text)));
    assert_eq!(store.counts().dropped, [12]);
}

#[test]
fn what_is_on_its_way_is_not_counted_as_dropped() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), settings().with_max_bytes(800));
    (0..8).for_each(|at| assert!(append(&store, &text(at))));
    let portion = store.read(0, ALL).unwrap();
    assert_eq!(portion.records.len(), 1, "one for each file");
    (8..10).for_each(|at| assert!(append(&store, &text(at))));
    assert_eq!(store.counts().dropped, [1]);
    store.acknowledge(0, &portion.ticket);
    assert_eq!(deliver(&store).len(), 8);
}

#[test]
fn the_new_ones_are_dropped() {
    let folder = TempDir::new().unwrap();
    let settings = settings().with_max_bytes(800).with_full(Full::DropNew);
    let store = open(folder.path(), settings);
    let taken = (0..20).filter(|at| append(&store, &text(*at))).count();
    assert_eq!((taken, store.counts().dropped), (8, vec![12]));
    assert_eq!(deliver(&store), Vec::from_iter((0..8).map(text)));
    assert!(append(&store, "there is room again"));
}

#[test]
fn a_thread_waits_for_room() {
    let folder = TempDir::new().unwrap();
    let settings = settings()
        .with_max_bytes(800)
        .with_full(Full::Block(Duration::from_secs(60)));
    let store = open(folder.path(), settings);
    (0..8).for_each(|at| assert!(append(&store, &text(at))));
    let arrived = std::thread::scope(|scope| {
        let writer = scope.spawn(|| (8..100).all(|at| append(&store, &text(at))));
        let mut arrived = Vec::new();
        while arrived.len() < 100 {
            arrived.extend(deliver(&store));
            std::thread::yield_now();
        }
        assert!(writer.join().unwrap());
        arrived
    });
    assert_eq!(arrived, Vec::from_iter((0..100).map(text)));
}

#[test]
fn a_thread_waits_no_longer_than_it_may() {
    let folder = TempDir::new().unwrap();
    let settings = settings()
        .with_max_bytes(100)
        .with_full(Full::Block(Duration::from_millis(1)));
    let store = open(folder.path(), settings);
    assert!(append(&store, &text(0)));
    assert!(!append(&store, &text(1)));
    assert_eq!(store.counts().dropped, [1]);
}

#[test]
fn a_record_that_never_fits_costs_no_other() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), settings().with_max_bytes(800));
    assert!(append(&store, &text(0)));
    assert!(!append(&store, &"x".repeat(800)));
    assert!(!store.append(Kind::SPAN, &vec![0; crate::spool::record::LONGEST + 1]));
    assert_eq!(
        (store.counts().refused, store.counts().dropped),
        (2, vec![0])
    );
    assert_eq!(deliver(&store), [text(0)]);
}

#[test]
fn a_full_disk_costs_what_is_new() {
    for rigid in [false, true] {
        for full in [Full::DropOldest, Full::DropNew] {
            let folder = TempDir::new().unwrap();
            let left = Arc::new(AtomicU64::new(450));
            let disk = Small {
                left: Arc::clone(&left),
                rigid,
            };
            let settings = settings().with_max_bytes(8000).with_full(full);
            let store = Store::on(
                Box::new(disk),
                settings,
                folder.path().to_owned(),
                targets(1),
            )
            .unwrap();
            let taken: Vec<_> = (0..10).filter(|at| append(&store, &text(*at))).collect();
            assert_eq!(taken, [0, 1, 2, 3, 4], "{full:?}");
            assert_eq!(store.counts().refused, 5);
            assert!(store.counts().last_error.is_some());
            left.store(1000, Ordering::Relaxed);
            assert!(append(&store, &text(10)));
            store.kill();

            let next = open(folder.path(), Spool::new("unused"));
            let arrived = deliver(&next);
            let expected = [0, 1, 2, 3, 4, 10].map(text);
            assert_eq!(arrived, expected, "rigid: {rigid}");
            assert_eq!(next.counts().health.damaged, 0);
        }
    }
}
