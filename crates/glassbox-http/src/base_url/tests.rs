use super::*;

fn parse(text: &str) -> Result<BaseUrl> {
    BaseUrl::parse("acme", "ACME_URL", text)
}

#[test]
fn what_is_below_follows_the_path_and_the_query_stays_last() {
    for (base, expected) in [
        ("https://host", "https://host/v1/talk"),
        (" https://host/ \n", "https://host/v1/talk"),
        ("http://host:8080//", "http://host:8080/v1/talk"),
        ("https://host/a/b/", "https://host/a/b/v1/talk"),
        (
            "https://host/a%20b?c=d%26",
            "https://host/a%20b/v1/talk?c=d%26",
        ),
        ("https://host?c=d", "https://host/v1/talk?c=d"),
        ("https://host/a?", "https://host/a/v1/talk"),
        ("http://[::1]:1/a", "http://[::1]:1/a/v1/talk"),
        ("https://user:pass@host/", "https://user:pass@host/v1/talk"),
        ("HTTPS://host", "https://host/v1/talk"),
    ] {
        let uri = parse(base).and_then(|base| base.join("v1/talk"));
        assert_eq!(uri.expect(base).to_string(), expected, "{base}");
    }
}

#[test]
fn the_server_is_named_without_what_is_around_it() {
    for (base, address, port) in [
        ("https://host", "host", 443),
        ("http://host", "host", 80),
        ("https://host:8443", "host", 8443),
        ("http://host:", "host", 80),
        ("http://127.0.0.1:1", "127.0.0.1", 1),
        ("http://[::1]", "::1", 80),
        ("https://[2001:db8::7]:8443/a", "2001:db8::7", 8443),
        ("https://user:8080@host", "host", 443),
        ("https://host:host@host:65535", "host", 65535),
    ] {
        let base = parse(base).expect(base);
        assert_eq!((base.address(), base.port()), (address, port));
    }
}

#[test]
fn what_is_no_url_of_a_host_is_refused_by_its_name() {
    for text in [
        "",
        "host",
        "/path",
        "host:8080",
        "ftp://host",
        "http://",
        "http://:80",
        "http://ho st",
        "http://host/ä ö",
        "http://host:99999",
        "http://[::1]:99999",
        "http://h:8h",
        "https://user:hunter2@h h",
        "https://user:hunter2@host:port",
    ] {
        let error = parse(text).expect_err(text);
        assert_eq!(error.kind(), ErrorKind::Configuration, "{text}");
        assert_eq!(
            error.to_string(),
            "acme: the base URL (ACME_URL) is not valid: it must look like https://host/path, in which anything \
             unusual is percent-encoded"
        );
        assert!(!format!("{error:?}").contains("hunter2"));
    }
    let unnamed = BaseUrl::parse("acme", "", "host").expect_err("no scheme");
    assert!(unnamed.message().starts_with("the base URL is not valid"));
}

#[test]
fn a_path_that_is_none_is_refused() {
    let base = parse("https://host").expect("valid");
    for path in ["a b", "ä\u{0}", &"x".repeat(70_000)] {
        let error = base.join(path).expect_err("no URI");
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert_eq!(error.provider(), Some("acme"));
    }
}

#[test]
fn an_end_is_left_out_where_it_is_there() {
    let without = |base: &str| {
        parse(base)
            .expect(base)
            .without_end("/v1")
            .path()
            .to_owned()
    };
    assert_eq!(without("https://host/v1/"), "");
    assert_eq!(without("https://host/a/v1"), "/a");
    assert_eq!(without("https://host/v1/a"), "/v1/a");
    assert_eq!(without("https://host/xv1"), "/xv1");
}

#[test]
fn a_query_grows_at_its_end() {
    let base = |text: &str| parse(text).expect(text);
    assert_eq!(base("https://h").with_query("a=b").query(), "a=b");
    assert_eq!(base("https://h?a=b").with_query("c=d").query(), "a=b&c=d");
    assert_eq!(base("https://h?a=b").with_query("").query(), "a=b");
}

#[test]
fn debug_shows_no_key() {
    let base = parse("https://user:hunter2@host/a?key=hunter3").expect("valid");
    let shown = format!("{base:?}");
    assert!(
        shown.contains("host") && !shown.contains("hunter"),
        "{shown}"
    );
}

#[test]
fn what_is_reserved_is_encoded() {
    assert_eq!(percent_encoded("gpt-4.1_mini~x"), "gpt-4.1_mini~x");
    assert_eq!(percent_encoded("a/b:c d?é%"), "a%2Fb%3Ac%20d%3F%C3%A9%25");
}
