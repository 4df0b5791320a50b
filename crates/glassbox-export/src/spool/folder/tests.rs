use super::*;

#[test]
fn a_service_is_one_folder_whatever_its_name() {
    let long = "x".repeat(500);
    let other = format!("{long}y");
    assert_eq!(service("weather-2.eu_west"), "weather-2.eu_west");
    assert_eq!(service("a/b c"), "a%2Fb%20c");
    assert_eq!(service(".."), "%2E.");
    assert_eq!(service(""), "%");
    assert_eq!(service("wetter\u{fc}"), "wetter%C3%BC");
    assert!(service(&long).len() < 255);
    assert_ne!(service(&long), service(&other));
}

#[test]
fn a_folder_has_one_owner() {
    let parent = tempfile::tempdir().unwrap();
    let parent = parent.path().join("weather").join("traces");
    let one = Owned::create(&parent).unwrap();
    let other = Owned::create(&parent).unwrap();
    assert_ne!(one.path(), other.path());
    assert!(is_owned(one.path()));
    let path = one.path().to_owned();
    assert!(Owned::adopt(&path).unwrap().is_none(), "it has an owner");

    drop(one);
    assert!(!is_owned(&path));
    let adopted = Owned::adopt(&path).unwrap().unwrap();
    assert!(Owned::adopt(&path).unwrap().is_none(), "it has one again");
    adopted.remove(&[]).unwrap();
    assert!(!path.exists());
    assert_eq!(folders(&parent).unwrap(), [other.path()]);
}

#[test]
fn what_was_left_unfinished_goes() {
    let parent = tempfile::tempdir().unwrap();
    let empty = parent.path().join("1");
    fs::create_dir(&empty).unwrap();
    assert!(Owned::adopt(&empty).unwrap().is_none());
    assert!(!empty.exists());

    // Somebody else's.
    let foreign = parent.path().join("2");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("notes.txt"), "mine").unwrap();
    assert!(Owned::adopt(&foreign).unwrap().is_none());
    assert!(!foreign.join(LOCK).exists());

    // Its lock was removed by hand.
    let orphan = parent.path().join("3");
    fs::create_dir(&orphan).unwrap();
    fs::write(segment(&orphan, 1), "").unwrap();
    assert!(Owned::adopt(&orphan).unwrap().is_some());
}

#[test]
fn a_folder_with_something_else_in_it_stays() {
    let parent = tempfile::tempdir().unwrap();
    let owned = Owned::create(parent.path()).unwrap();
    let path = owned.path().to_owned();
    fs::write(path.join("notes.txt"), "mine").unwrap();
    owned.remove(&["acks"]).unwrap();
    assert!(path.join("notes.txt").exists());
}

#[test]
fn segments_are_ordered_by_number() {
    let folder = tempfile::tempdir().unwrap();
    for first in [1, 99_999_999, 100_000_000, 5] {
        fs::write(segment(folder.path(), first), "").unwrap();
    }
    fs::write(folder.path().join("x.seg"), "").unwrap();
    fs::write(folder.path().join("acks"), "").unwrap();
    let found = segments(folder.path()).unwrap();
    let firsts: Vec<_> = found.iter().map(|(first, _)| *first).collect();
    assert_eq!(firsts, [1, 5, 99_999_999, 100_000_000]);
    assert!(found[0].1.ends_with("00000001.seg"));
}
