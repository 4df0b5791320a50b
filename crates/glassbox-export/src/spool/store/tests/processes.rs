//! More than one process.

use super::*;

#[test]
fn the_next_process_delivers_what_the_last_one_left() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), settings());
    (0..5).for_each(|at| assert!(append(&store, &format!("{at}"))));
    let two = Limits {
        records: 2,
        bytes: usize::MAX,
    };
    let portion = store.read(0, two).unwrap();
    store.acknowledge(0, &portion.ticket);
    store.tidy();
    store.kill();

    let next = open(folder.path(), settings());
    assert!(append(&next, "5"));
    assert_eq!(deliver(&next), ["2", "3", "4", "5"], "the oldest first");
    assert_eq!(next.counts().health, Health::default());
    drop(next);
    assert_eq!(
        folder::folders(folder.path()).unwrap(),
        Vec::<PathBuf>::new()
    );
}

#[test]
fn what_was_acknowledged_and_not_written_down_comes_again() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), settings());
    (0..3).for_each(|at| assert!(append(&store, &format!("{at}"))));
    assert_eq!(deliver(&store).len(), 3);
    store.kill();
    assert_eq!(deliver(&open(folder.path(), settings())), ["0", "1", "2"]);
}

#[test]
fn two_processes_write_side_by_side() {
    let folder = TempDir::new().unwrap();
    let one = open(folder.path(), settings());
    let other = open(folder.path(), settings());
    append(&one, "one");
    append(&other, "other");
    other.adopt().unwrap();
    assert_eq!(deliver(&other), ["other"], "the owner of the first lives");
    one.kill();
    other.adopt().unwrap();
    assert_eq!(deliver(&other), ["one"]);
}

#[test]
fn a_target_that_is_new_gets_all_that_is_there() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(settings(), folder.path().to_owned(), targets(1)).unwrap();
    append(&store, "one");
    let portion = store.read(0, ALL).unwrap();
    append(&store, "two");
    store.acknowledge(0, &portion.ticket);
    store.tidy();
    store.kill();

    let store = Store::open(settings(), folder.path().to_owned(), targets(2)).unwrap();
    assert_eq!((store.waiting(0), store.waiting(1)), (1, 2));
}

#[test]
fn threads_append_at_once() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), settings());
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let store = &store;
            scope.spawn(move || {
                (0..250).for_each(|at| assert!(append(store, &format!("{thread} {at:03}"))));
            });
        }
    });
    let mut all = deliver(&store);
    for thread in 0..4 {
        let own: Vec<_> = all
            .iter()
            .filter(|text| text.starts_with(&format!("{thread}")))
            .collect();
        assert!(own.is_sorted(), "each thread's own order");
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 1000);
}
