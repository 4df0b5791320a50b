use super::*;

fn find(targets: &Targets, uri: &str) -> Arc<Target> {
    targets.find(&uri.parse().unwrap()).unwrap()
}

#[test]
fn a_target_is_parsed_once() {
    let targets = Targets::default();
    let first = find(&targets, "https://host.test:8443/v1/chat?x=1");
    let again = find(&targets, "https://host.test:8443/v1/chat?x=1");
    assert!(Arc::ptr_eq(&first, &again));
    assert_eq!(first.url.as_str(), "https://host.test:8443/v1/chat?x=1");
    assert_eq!(first.peer.to_string(), "host.test:8443");
}

#[test]
fn whatever_differs_is_another_target() {
    let targets = Targets::default();
    let uris = [
        "http://host.test/v1",
        "https://host.test/v1",
        "https://host.test:444/v1",
        "https://host.test/V1",
        "https://host.test/v1?key=a",
        "https://host.test/v1?key=A",
        // Equal as `http::Uri`, and not the same password.
        "https://user:pass@host.test/v1",
        "https://user:PASS@host.test/v1",
    ];
    for _ in 0..2 {
        for uri in uris {
            assert_eq!(find(&targets, uri).url.as_str(), uri);
        }
    }
}

#[test]
fn the_oldest_is_forgotten() {
    let targets = Targets::default();
    let first = find(&targets, "http://host.test/0");
    for number in 1..=MOST_TARGETS {
        find(&targets, &format!("http://host.test/{number}"));
    }
    assert_eq!(targets.0.lock().unwrap().len(), MOST_TARGETS);
    let again = find(&targets, "http://host.test/0");
    assert!(!Arc::ptr_eq(&first, &again));
    assert_eq!(first.url, again.url);
}

#[test]
fn what_is_no_url_is_an_error_each_time() {
    let targets = Targets::default();
    let relative: Uri = "/v1/chat?key=secret".parse().unwrap();
    for _ in 0..2 {
        let error = targets.find(&relative).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(!format!("{error:?}").contains("secret"));
    }
    assert!(targets.0.lock().unwrap().is_empty());
}
