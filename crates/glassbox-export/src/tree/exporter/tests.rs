use std::io;
use std::sync::Arc;

use super::*;
use crate::testing::{SpanDataExt, span};

#[derive(Clone, Default)]
struct Screen(Arc<Mutex<Vec<u8>>>);

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Screen {
    /// The names printed since the last look, in order.
    fn names(&self) -> Vec<String> {
        let text = String::from_utf8(mem::take(&mut *self.0.lock().unwrap())).unwrap();
        let name = |line: &str| {
            let name = line.split("  ").find(|part| !part.is_empty());
            name.unwrap_or_default().replace(['├', '└', '─', ' '], "")
        };
        text.lines()
            .map(name)
            .filter(|line| !line.starts_with("trace"))
            .collect()
    }
}

fn exporter() -> (TreeExporter, Screen) {
    let screen = Screen::default();
    (TreeExporter::new(screen.clone()), screen)
}

#[test]
fn a_trace_is_printed_when_its_root_has_ended() {
    let (exporter, screen) = exporter();
    exporter.take(vec![span(1).named("chat").under(0)]).unwrap();
    assert_eq!(screen.names(), [""; 0]);
    exporter.take(vec![span(0).named("run")]).unwrap();
    assert_eq!(screen.names(), ["run", "chat"]);
    exporter.print_all().unwrap();
    assert_eq!(screen.names(), [""; 0], "once");
}

#[test]
fn what_ends_in_the_same_batch_after_the_root_is_with_it() {
    let (exporter, screen) = exporter();
    exporter
        .take(vec![span(0).named("run"), span(1).named("late").under(0)])
        .unwrap();
    assert_eq!(screen.names(), ["run", "late"]);
}

#[test]
fn a_second_root_of_the_trace_keeps_what_is_its_own() {
    let (exporter, screen) = exporter();
    let remote = |id: u64, name| {
        let mut root = span(id).named(name).under(500);
        root.parent_span_is_remote = true;
        root
    };
    exporter
        .take(vec![
            span(2).named("b").under(20),
            span(1).named("a").under(10),
            remote(10, "first"),
        ])
        .unwrap();
    assert_eq!(screen.names(), ["(remoteparent)", "first", "a"]);
    exporter.take(vec![remote(20, "second")]).unwrap();
    assert_eq!(screen.names(), ["(remoteparent)", "second", "b"]);
}

#[test]
fn what_is_left_is_printed_in_the_end() {
    let (exporter, screen) = exporter();
    exporter
        .take(vec![span(0).named("run"), span(7).named("open").under(6)])
        .unwrap();
    assert_eq!(screen.names(), ["run"]);
    exporter.print_all().unwrap();
    assert_eq!(screen.names(), ["(remoteparent)", "open"]);
}

#[test]
fn no_more_is_held_than_the_bound() {
    let (exporter, screen) = exporter();
    let orphans = (1..=MOST_HELD as u64 + 1).map(|id| span(id).under(0));
    exporter.take(orphans.collect()).unwrap();
    assert_eq!(screen.names().len(), MOST_HELD + 2);
    assert_eq!(exporter.lock().held, 0);
}

struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_broken_pipe_is_an_error_and_no_panic() {
    let exporter = TreeExporter::new(Closed);
    let result = exporter.export(vec![span(0)]).await;
    assert!(matches!(result, Err(OTelSdkError::InternalFailure(_))));
}
