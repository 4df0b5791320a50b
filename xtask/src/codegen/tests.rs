use std::collections::BTreeMap;
use std::fs;

use super::{HEADER, differing, yaml};

mod blocks;
mod fixtures;
mod own;
mod rendering;
mod resolving;

#[test]
fn files_that_differ_or_are_missing_are_told_from_those_that_are_right() {
    let root = tempfile::tempdir().expect("a temporary folder");
    fs::write(root.path().join("same.rs"), "text\n").expect("it is writable");
    fs::write(root.path().join("other.rs"), "older\n").expect("it is writable");
    let files =
        BTreeMap::from(["gone.rs", "other.rs", "same.rs"].map(|p| (p, "text\n".to_owned())));
    assert_eq!(differing(root.path(), &files), ["gone.rs", "other.rs"]);
}

#[test]
fn a_folder_is_read_in_order_and_without_what_is_deprecated() {
    let root = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir_all(root.path().join("b/deprecated")).expect("it is writable");
    for path in [
        "b/one.yaml",
        "a.yaml",
        "manifest.yaml",
        "b/deprecated/old.yaml",
        "readme.txt",
    ] {
        fs::write(root.path().join(path), "attributes: []\n").expect("it is writable");
    }
    let files = yaml::read_folder(root.path()).expect("it reads");
    let names: Vec<_> = files
        .iter()
        .filter_map(|(path, _)| path.file_name())
        .collect();
    assert_eq!(names, ["a.yaml", "one.yaml"]);

    fs::write(root.path().join("a.yaml"), "attributes: 5\n").expect("it is writable");
    let error = yaml::read_folder(root.path()).expect_err("that is no model");
    assert!(format!("{error:#}").contains("a.yaml"), "{error:#}");
    let empty = tempfile::tempdir().expect("a temporary folder");
    assert!(yaml::read_folder(empty.path()).is_err());
}

#[test]
fn a_folder_without_the_models_is_named() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let error = super::run(crate::root(), Some(root.path()), true).expect_err("there is no model");
    assert!(
        format!("{error:#}").contains("--registry must name the folder"),
        "{error:#}"
    );
    assert!(!HEADER.contains('\n'));
}
