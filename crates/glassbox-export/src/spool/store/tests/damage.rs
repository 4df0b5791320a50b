//! Files that are not as they were written.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::spool::record;

/// A folder with a log that was left: six records in two segments.
fn left() -> (TempDir, Vec<PathBuf>) {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), settings().with_max_bytes(8 * 100));
    (0..6).for_each(|at| assert!(append(&store, &text(at))));
    store.kill();
    let files = files(folder.path(), ".seg");
    assert_eq!(files.len(), 2);
    (folder, files)
}

fn text(at: usize) -> String {
    format!("span {at}")
}

fn expected(without: impl Fn(usize) -> bool) -> Vec<String> {
    (0..6).filter(|at| !without(*at)).map(text).collect()
}

/// In which record of its segment a byte is, if it is not in the header.
fn hit(at: usize) -> Option<usize> {
    Some(at.checked_sub(HEADER)? / 23)
}

#[test]
fn a_flipped_byte_costs_the_record_it_hits() {
    for file in 0..2 {
        let size = fs::metadata(&left().1[file]).unwrap().len() as usize;
        for at in 0..size {
            let (folder, files) = left();
            let mut bytes = fs::read(&files[file]).unwrap();
            bytes[at] ^= 1 << (at % 8);
            fs::write(&files[file], bytes).unwrap();
            let store = open(folder.path(), settings());
            let hit = hit(at).map(|record| first(&files[file]) + record);
            let arrived = deliver(&store);
            assert_eq!(
                arrived,
                expected(|at| Some(at) == hit),
                "file {file}, byte {at}"
            );
            let health = store.counts().health;
            let told = health.damaged + health.torn;
            assert_eq!(told, u64::from(hit.is_some()), "file {file}, byte {at}");
        }
    }
}

/// Which span a segment begins with.
fn first(segment: &Path) -> usize {
    let name = segment.file_stem().unwrap().to_str().unwrap();
    name.parse::<usize>().unwrap() - 1
}

#[test]
fn a_cut_costs_what_comes_after_it_in_the_file() {
    for file in 0..2 {
        let size = fs::metadata(&left().1[file]).unwrap().len() as usize;
        for length in 0..size {
            let (folder, files) = left();
            let bytes = fs::read(&files[file]).unwrap();
            fs::write(&files[file], &bytes[..length]).unwrap();
            let from = first(&files[file]);
            let whole = length.saturating_sub(HEADER) / 23;
            let until = if file == 0 { first(&files[1]) } else { 6 };
            let store = open(folder.path(), settings());
            let arrived = deliver(&store);
            let lost = from + whole..until;
            assert_eq!(
                arrived,
                expected(|at| lost.contains(&at)),
                "file {file}, cut at {length}"
            );
            let health = store.counts().health;
            if file == 0 && length >= HEADER {
                assert_eq!(
                    health.damaged,
                    lost.len() as u64,
                    "the next file says how many"
                );
            }
            if file == 1 {
                let is_torn = length > HEADER && !(length - HEADER).is_multiple_of(23);
                assert_eq!(health.torn, u64::from(is_torn), "cut at {length}");
            }
        }
    }
}

#[test]
fn what_is_torn_is_cut_off() {
    let (folder, files) = left();
    let mut bytes = fs::read(&files[1]).unwrap();
    let size = bytes.len();
    bytes.extend_from_slice(&[7; 5]);
    fs::write(&files[1], bytes).unwrap();
    let store = open(folder.path(), settings());
    assert_eq!(store.counts().health.torn, 1);
    assert_eq!(fs::metadata(&files[1]).unwrap().len() as usize, size);
}

#[test]
fn a_file_that_goes_while_it_is_needed_is_counted() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), settings().with_max_bytes(8 * 100));
    (0..6).for_each(|at| assert!(append(&store, &text(at))));
    fs::remove_file(&files(folder.path(), ".seg")[0]).unwrap();
    let arrived = deliver(&store);
    let missing = 6 - arrived.len() as u64;
    assert!(missing > 0);
    assert_eq!(store.counts().health.damaged, missing);
    assert_eq!(store.waiting(0), 0);
}

#[test]
fn what_is_not_ours_is_left_alone_and_told() {
    let (folder, files) = left();
    let log = files[0].parent().unwrap().to_owned();
    let mut newer = record::header(std::time::SystemTime::now());
    newer[8] = 9;
    let crc = crc32fast::hash(&newer[..20]);
    newer[20..].copy_from_slice(&crc.to_le_bytes());
    let foreign = [
        (log.join("00000007.seg"), newer.to_vec()),
        (
            log.join("00000009.seg"),
            b"holiday pictures of somebody else".to_vec(),
        ),
    ];
    for (path, bytes) in &foreign {
        fs::write(path, bytes).unwrap();
    }
    let store = open(folder.path(), settings());
    assert_eq!(deliver(&store), expected(|_| false));
    let told = store.counts().health;
    assert_eq!((told.damaged, told.torn), (0, 0));
    assert_eq!(told.foreign, foreign.clone().map(|(path, _)| path));
    store.adopt().unwrap();
    assert_eq!(store.counts().health, told, "once");
    drop(store);
    for (path, bytes) in foreign {
        assert_eq!(fs::read(path).unwrap(), bytes);
    }
}

proptest! {
    #![proptest_config(config(64))]

    /// Segments full of anything: nothing panics, nothing is delivered that was not written.
    #[test]
    fn garbage_is_survived(
        contents in vec((1_u64..40, vec(any::<u8>(), 0..200), any::<bool>()), 0..6),
        acks in vec(any::<u8>(), 0..60),
    ) {
        let (folder, files) = left();
        let log = files[0].parent().unwrap().to_owned();
        for (first, bytes, with_header) in contents {
            let mut content = Vec::new();
            if with_header {
                content.extend_from_slice(&record::header(std::time::SystemTime::now()));
            }
            content.extend_from_slice(&bytes);
            fs::write(folder::segment(&log, first), content).unwrap();
        }
        fs::write(log.join("acks"), acks).unwrap();
        let store = open(folder.path(), settings());
        append(&store, "new");
        let mut arrived = deliver(&store);
        prop_assert_eq!(arrived.pop().unwrap(), "new");
        prop_assert!(arrived.iter().all(|text| expected(|_| false).contains(text)));
        prop_assert_eq!(store.waiting(0), 0);
    }
}
