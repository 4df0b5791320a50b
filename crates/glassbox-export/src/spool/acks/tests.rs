use super::*;

#[test]
fn what_is_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(read(folder.path()), []);
    for sync in [false, true] {
        let acks = [
            ("http://one/v1/traces", 4711),
            ("with a space\nand a line", 0),
        ];
        write(folder.path(), acks, sync).unwrap();
        let expected = [
            ("http://one/v1/traces".to_owned(), 4711),
            ("with a space and a line".to_owned(), 0),
        ];
        assert_eq!(read(folder.path()), expected);
    }
}

#[test]
fn a_damaged_file_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), [("http://one", 17)], false).unwrap();
    let path = folder.path().join(FILE);
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() - 1 {
        let mut bytes = whole.clone();
        // Also where that is no text any more.
        bytes[at] ^= 0x81;
        fs::write(&path, &bytes).unwrap();
        assert_eq!(read(folder.path()), [], "byte {at}");
        fs::write(&path, &whole[..at]).unwrap();
        assert_eq!(read(folder.path()), [], "cut at {at}");
    }
}
