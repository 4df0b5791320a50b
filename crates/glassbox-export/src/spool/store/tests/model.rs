//! A store does what a list would do.

use std::collections::VecDeque;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Append(usize),
    /// Receiver, records, and whether they arrive.
    Read(usize, usize, bool),
    /// The process ends, well or badly, and the next one begins.
    Restart {
        killed: bool,
    },
    Tidy,
    Adopt,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0_usize..300).prop_map(Step::Append),
        6 => (0_usize..2, 1_usize..6, any::<bool>()).prop_map(|(r, n, ok)| Step::Read(r, n, ok)),
        1 => any::<bool>().prop_map(|killed| Step::Restart { killed }),
        1 => Just(Step::Tidy),
        1 => Just(Step::Adopt),
    ]
}

/// What each of two receivers has still to get.
type Model = [VecDeque<Vec<u8>>; 2];

fn start(folder: &Path) -> Store {
    // Some records a segment.
    let settings = settings().with_max_bytes(8 * 1000).with_full(Full::DropNew);
    Store::open(settings, folder.to_owned(), targets(2)).unwrap()
}

/// Reads one portion and compares it with what must come next.
fn read(store: &Store, model: &mut Model, step: (usize, usize, bool)) -> Result<(), TestCaseError> {
    let (receiver, records, arrives) = step;
    let limits = Limits {
        records,
        bytes: usize::MAX,
    };
    let Some(portion) = store.read(receiver, limits) else {
        prop_assert!(model[receiver].is_empty());
        return Ok(());
    };
    let read: Vec<_> = portion
        .records
        .iter()
        .map(|entry| entry.payload.to_vec())
        .collect();
    prop_assert!(!read.is_empty() && read.len() <= records);
    let next: Vec<_> = model[receiver].iter().take(read.len()).cloned().collect();
    prop_assert_eq!(&read, &next);
    if arrives {
        model[receiver].drain(..read.len());
        store.acknowledge(receiver, &portion.ticket);
    } else {
        store.rewind(receiver);
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(128))]

    #[test]
    fn each_receiver_gets_everything_in_order(steps in vec(step(), 1..80)) {
        let folder = TempDir::new().unwrap();
        let mut store = start(folder.path());
        let mut model = Model::default();
        let mut dropped = 0;
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Append(length) => {
                    let payload = vec![number as u8; length];
                    if store.append(Kind::SPAN, &payload) {
                        model.iter_mut().for_each(|list| list.push_back(payload.clone()));
                    } else {
                        dropped += 1;
                    }
                }
                Step::Read(receiver, records, arrives) => {
                    read(&store, &mut model, (receiver, records, arrives))?;
                }
                Step::Restart { killed } => {
                    match killed {
                        true => {
                            store.tidy();
                            store.kill();
                        }
                        false => drop(store),
                    }
                    store = start(folder.path());
                    dropped = 0;
                }
                Step::Tidy => store.tidy(),
                Step::Adopt => store.adopt().unwrap(),
            }
            let waiting = [store.waiting(0), store.waiting(1)];
            prop_assert_eq!(waiting, [model[0].len() as u64, model[1].len() as u64]);
            prop_assert!(store.bytes() <= 8 * 1000);
            prop_assert_eq!(store.counts().dropped, vec![dropped; 2]);
        }
        for (receiver, list) in model.iter().enumerate() {
            let rest: Vec<_> = std::iter::from_fn(|| store.read(receiver, ALL))
                .flat_map(|portion| portion.records)
                .map(|entry| entry.payload.to_vec())
                .collect();
            prop_assert_eq!(&rest, &Vec::from_iter(list.iter().cloned()));
        }
    }
}
