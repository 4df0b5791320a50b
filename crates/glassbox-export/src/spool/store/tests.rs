//! A store against what is known of it from outside.

mod damage;
mod full;
mod model;
mod processes;

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::ProptestConfig;
use tempfile::TempDir;

use super::*;

const ALL: Limits = Limits {
    records: usize::MAX,
    bytes: usize::MAX,
};

fn targets(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("http://{at}")).collect()
}

/// What fails says what with; nothing is kept in files.
fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A store for one receiver.
fn open(folder: &Path, settings: Spool) -> Store {
    Store::open(settings, folder.to_owned(), targets(1)).unwrap()
}

fn settings() -> Spool {
    Spool::new("unused").with_fsync(Fsync::Never)
}

fn append(store: &Store, text: &str) -> bool {
    store.append(Kind::SPAN, text.as_bytes())
}

fn texts(portion: &Portion) -> Vec<String> {
    let text = |entry: &Entry| String::from_utf8(entry.payload.to_vec()).unwrap();
    portion.records.iter().map(text).collect()
}

/// Reads and acknowledges everything.
fn deliver(store: &Store) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(portion) = store.read(0, ALL) {
        all.extend(texts(&portion));
        store.acknowledge(0, &portion.ticket);
    }
    all
}

/// The files in all logs of a folder that end like this.
fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for log in folder::folders(folder).unwrap() {
        for entry in fs::read_dir(log).unwrap() {
            let path = entry.unwrap().path();
            if path.to_string_lossy().ends_with(end) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

#[test]
fn what_is_appended_is_read_in_order() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), settings());
    assert!(store.read(0, ALL).is_none());
    for at in 0..10 {
        assert!(append(&store, &format!("span {at}")));
    }
    assert_eq!((store.waiting(0), store.unread(0)), (10, 10));
    let limits = Limits {
        records: 4,
        bytes: usize::MAX,
    };
    let portion = store.read(0, limits).unwrap();
    assert_eq!(texts(&portion), ["span 0", "span 1", "span 2", "span 3"]);
    assert_eq!((store.waiting(0), store.unread(0)), (10, 6));
    store.acknowledge(0, &portion.ticket);
    assert_eq!((store.waiting(0), store.unread(0)), (6, 6));
    assert_eq!(deliver(&store).len(), 6);
    assert_eq!(store.waiting(0), 0);
    assert!(append(&store, "later"));
    assert_eq!(deliver(&store), ["later"]);
}

#[test]
fn a_portion_is_bounded_in_bytes_and_never_empty() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), settings());
    let long = "x".repeat(3 * 1024 * 1024);
    for text in ["one", "two", &long, "three"] {
        assert!(append(&store, text));
    }
    let limits = Limits {
        records: 100,
        bytes: 6,
    };
    let sizes: Vec<_> = std::iter::from_fn(|| store.read(0, limits))
        .map(|portion| (portion.records.len(), portion.records[0].payload.len()))
        .collect();
    assert_eq!(sizes, [(2, 3), (1, long.len()), (1, 5)]);
}

#[test]
fn what_is_no_span_is_passed_over() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), settings());
    for text in ["one", "two"] {
        assert!(store.append(Kind::OTHER, b"a verdict"));
        assert!(append(&store, text));
    }
    assert_eq!(deliver(&store), ["one", "two"]);
    assert!(store.append(Kind::OTHER, b"a verdict"));
    assert!(store.read(0, ALL).is_none());
    assert_eq!(store.waiting(0), 0);
}

#[test]
fn what_was_not_acknowledged_is_read_again() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), settings());
    append(&store, "one");
    append(&store, "two");
    let portion = store.read(0, ALL).unwrap();
    assert!(store.read(0, ALL).is_none());
    store.rewind(0);
    let again = store.read(0, ALL).unwrap();
    assert_eq!(texts(&portion), texts(&again));
}

#[test]
fn the_slowest_receiver_holds_the_files() {
    let folder = TempDir::new().unwrap();
    // A segment for each record.
    let settings = settings().with_max_bytes(8 * 60);
    let store = Store::open(settings, folder.path().to_owned(), targets(2)).unwrap();
    for at in 0..4 {
        assert!(append(&store, &format!("a span of {at:30}")));
    }
    assert_eq!(files(folder.path(), ".seg").len(), 4);
    let one = |receiver| {
        store.read(
            receiver,
            Limits {
                records: 1,
                bytes: usize::MAX,
            },
        )
    };
    let portions: Vec<_> = std::iter::from_fn(|| one(0)).collect();
    portions
        .iter()
        .for_each(|portion| store.acknowledge(0, &portion.ticket));
    assert_eq!(files(folder.path(), ".seg").len(), 4);
    let portion = one(1).unwrap();
    store.acknowledge(1, &portion.ticket);
    assert_eq!(files(folder.path(), ".seg").len(), 3);
    assert_eq!((store.waiting(0), store.waiting(1)), (0, 3));
}

#[test]
fn nothing_stays_where_all_has_arrived() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), settings());
    append(&store, "one");
    deliver(&store);
    drop(store);
    assert_eq!(
        folder::folders(folder.path()).unwrap(),
        Vec::<PathBuf>::new()
    );
}

#[test]
fn without_a_target_all_is_kept() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(settings(), folder.path().to_owned(), Vec::new()).unwrap();
    append(&store, "one");
    drop(store);
    assert_eq!(deliver(&open(folder.path(), settings())), ["one"]);
}

#[test]
fn a_closed_store_drops_and_counts() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), settings());
    append(&store, "one");
    store.close();
    assert!(!append(&store, "two"));
    assert_eq!(store.counts().dropped, [1]);
    assert_eq!(deliver(&store), ["one"]);
}

/// Whatever the policy, the disk is told of all that was written, and of its name.
#[test]
fn what_is_written_is_made_safe() {
    for fsync in [Fsync::Never, Fsync::Interval, Fsync::Always] {
        let folder = TempDir::new().unwrap();
        let disk = full::Watched::default();
        let syncs = Arc::clone(&disk.syncs);
        let settings = settings().with_fsync(fsync);
        let store = Store::on(
            Box::new(disk),
            settings,
            folder.path().to_owned(),
            targets(1),
        )
        .unwrap();
        for _ in 0..3 {
            append(&store, "span");
        }
        let at_once = syncs.load(std::sync::atomic::Ordering::Relaxed);
        store.tidy();
        store.tidy();
        let later = syncs.load(std::sync::atomic::Ordering::Relaxed);
        let expected = match fsync {
            Fsync::Never => (0, 0),
            Fsync::Interval => (0, 1),
            Fsync::Always => (3, 3),
        };
        assert_eq!((at_once, later), expected, "{fsync:?}");
    }
}
