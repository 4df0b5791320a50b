use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// So many records of different lengths, from a number on.
fn records(first: u64, lengths: &[usize]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, length) in (first..).zip(lengths) {
        write(&mut bytes, number, Kind::SPAN, &payload(number, *length));
    }
    bytes
}

fn payload(number: u64, length: usize) -> Vec<u8> {
    (0..length as u64)
        .map(|at| (number * 31 + at) as u8)
        .collect()
}

/// The numbers of what is found, each checked against what was written; and what is missing.
fn found(bytes: &[u8], first: u64, lengths: &[usize]) -> (Vec<u64>, u64) {
    let mut numbers = Vec::new();
    let mut missing = 0;
    for found in Scan::new(bytes, first) {
        match found {
            Found::Record(record) => {
                let length = lengths[(record.number - first) as usize];
                assert_eq!(record.kind, Kind::SPAN);
                assert_eq!(bytes[record.payload], payload(record.number, length));
                numbers.push(record.number);
            }
            Found::Damage { missing: some, .. } => missing += some.end - some.start,
        }
    }
    (numbers, missing)
}

const LENGTHS: [usize; 5] = [3, 0, 40, 1, 17];

#[test]
fn what_is_written_is_found() {
    let bytes = records(7, &LENGTHS);
    assert_eq!(found(&bytes, 7, &LENGTHS), (vec![7, 8, 9, 10, 11], 0));
}

#[test]
fn a_flipped_bit_costs_the_record_it_hits() {
    let whole = records(7, &LENGTHS);
    let mut ends = Vec::new();
    let mut end = 0;
    for length in LENGTHS {
        end += FRAME + length;
        ends.push(end);
    }
    for bit in 0..whole.len() * 8 {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let hit = ends.iter().position(|end| bit / 8 < *end).unwrap();
        let expected: Vec<_> = (7..12).filter(|number| *number != 7 + hit as u64).collect();
        let (numbers, missing) = found(&bytes, 7, &LENGTHS);
        assert_eq!(numbers, expected, "bit {bit}");
        // Nothing after the last one says that it was there.
        assert_eq!(missing, u64::from(hit < 4), "bit {bit}");
    }
}

#[test]
fn a_cut_costs_what_comes_after_it() {
    let whole = records(1, &LENGTHS);
    for length in 0..whole.len() {
        let (numbers, missing) = found(&whole[..length], 1, &LENGTHS);
        let mut end = 0;
        let complete = LENGTHS.iter().take_while(|length_of_one| {
            end += FRAME + **length_of_one;
            end <= length
        });
        let expected: Vec<_> = (1..).zip(complete).map(|(number, _)| number).collect();
        assert_eq!((numbers, missing), (expected, 0), "cut at {length}");
    }
}

#[test]
fn records_of_another_place_are_damage() {
    let bytes = records(7, &LENGTHS);
    let (numbers, _) = found(&bytes, 1, &[0; 20]);
    assert_eq!(
        numbers,
        Vec::<u64>::new(),
        "they are not the records from 1 on"
    );
}

#[test]
fn a_file_that_would_take_for_ever_is_given_up() {
    // At every byte something that looks like a long record.
    let mut bytes = Vec::new();
    while bytes.len() < 400_000 {
        bytes.extend_from_slice(&200_000_u32.to_le_bytes());
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&2_u64.to_le_bytes());
        bytes.push(1);
    }
    let mut scan = Scan::new(&bytes, 1);
    assert!(matches!(scan.next(), Some(Found::Damage { bytes: all, .. }) if all == bytes.len()));
    assert_eq!(scan.effort, 0);
    assert_eq!(scan.next(), None);
}

#[test]
fn a_header_says_what_it_is() {
    let created = UNIX_EPOCH + Duration::from_millis(1_720_660_440_123);
    let whole = header(created);
    assert_eq!(Header::read(&whole), Header::Ours { created });
    for length in 0..HEADER {
        assert_eq!(Header::read(&whole[..length]), Header::Torn);
    }
    for bit in 0..HEADER * 8 {
        let mut bytes = whole;
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(Header::read(&bytes), Header::Unknown, "bit {bit}");
    }
    assert_eq!(Header::read(b"no segment"), Header::Unknown);
}

#[test]
fn a_later_version_is_told_apart() {
    let mut bytes = header(UNIX_EPOCH);
    bytes[8] = 2;
    let crc = crc32fast::hash(&bytes[..20]);
    bytes[20..].copy_from_slice(&crc.to_le_bytes());
    assert_eq!(Header::read(&bytes), Header::Newer(2));
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn garbage_is_never_a_record(bytes in vec(any::<u8>(), 0..4000), first in 1_u64..100) {
        let length = bytes.len();
        let found: Vec<_> = Scan::new(&bytes, first).collect();
        let damage = Found::Damage { bytes: length, missing: first..first };
        prop_assert_eq!(found, Vec::from_iter((length > 0).then_some(damage)));
        let _ = Header::read(&bytes);
    }

    /// Whatever is overwritten with whatever: what does not touch it is found.
    #[test]
    fn what_is_not_hit_is_found(
        lengths in vec(0_usize..200, 1..20),
        at in any::<prop::sample::Index>(),
        garbage in vec(any::<u8>(), 1..300),
    ) {
        let mut bytes = records(1, &lengths);
        let from = at.index(bytes.len());
        let until = bytes.len().min(from + garbage.len());
        bytes[from..until].copy_from_slice(&garbage[..until - from]);
        let (numbers, _) = found(&bytes, 1, &lengths);
        let mut start = 0;
        for (number, length) in (1..).zip(&lengths) {
            let end = start + FRAME + length;
            if end <= from || until <= start {
                prop_assert!(numbers.contains(&number), "{} is not hit", number);
            }
            start = end;
        }
    }
}
