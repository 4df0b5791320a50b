use std::path::Path;
use std::sync::LazyLock;

use serde_json::json;

use super::names::Names;
use super::{Texts, check, promql, traceql};

fn names() -> Names {
    Names::load().expect("telemetry.yaml is right")
}

fn texts() -> Texts {
    static READ: LazyLock<Texts> = LazyLock::new(|| {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest.parent().expect("the workspace");
        crate::tidy::texts(root).expect("git lists the files")
    });
    READ.clone()
}

/// The findings after `change` of one file.
fn changed(path: &str, change: impl Fn(&str) -> String) -> Vec<String> {
    let mut texts = texts();
    let text = texts.get_mut(path).expect("the file is there");
    let new = change(text);
    assert_ne!(*text, new, "{path} has what the test changes");
    *text = new;
    check(&texts)
}

#[track_caller]
fn finds(findings: &[String], part: &str) {
    assert!(
        findings.iter().any(|finding| finding.contains(part)),
        "{part:?} is not in {findings:#?}"
    );
}

#[test]
fn what_is_there_is_right() {
    assert_eq!(check(&texts()), Vec::<String>::new());
}

#[test]
fn there_are_queries_to_check() {
    let queries = traceql(&texts());
    assert!(
        queries
            .iter()
            .filter(|query| query.place.starts_with("docs/traceql.md"))
            .count()
            >= 20
    );
    let linked = queries
        .iter()
        .filter(|query| query.text.contains("${__field.labels."));
    assert!(linked.count() >= 5, "links into Explore are read too");
}

#[test]
fn an_image_without_a_version_and_a_port_for_everyone_are_found() {
    let compose = "deploy/compose.yaml";
    finds(
        &changed(compose, |text| text.replace("tempo:3.0.3", "tempo:latest")),
        "names no version",
    );
    finds(
        &changed(compose, |text| {
            text.replace("127.0.0.1:3200:3200", "3200:3200")
        }),
        "is not on 127.0.0.1",
    );
    finds(
        &changed(compose, |text| text.replace("./tempo.yaml", "./temp.yaml")),
        "mounts `./temp.yaml`",
    );
    finds(
        &changed(compose, |text| {
            text.replace(
                "      - prometheus\n    restart",
                "      - prom\n    restart",
            )
        }),
        "no service",
    );
}

#[test]
fn a_host_that_is_no_service_is_found() {
    let found = changed("deploy/collector/sample.yaml", |text| {
        text.replace("tempo:4317", "jaeger:4317")
    });
    finds(&found, "names the host `jaeger`");
}

#[test]
fn a_collector_that_samples_by_what_is_not_there_is_found() {
    let one = "deploy/collector/one.yaml";
    let found = changed(one, |text| {
        text.replace("gen_ai.usage.input_tokens", "gen_ai.usage.total_tokens")
    });
    finds(&found, "no attribute `gen_ai.usage.total_tokens`");
    finds(&found, "samples otherwise");
    finds(
        &changed(one, |text| text.replace("step_limit", "steps")),
        "is never `steps`",
    );
    finds(
        &changed(one, |text| {
            text.replace("[memory_limiter, tail_sampling, batch]", "[batch]")
        }),
        "no pipeline uses `tail_sampling`",
    );
    let found = changed("deploy/collector/balance.yaml", |text| {
        text.replace("routing_key: traceID", "routing_key: service")
    });
    finds(&found, "does not balance by trace id");
}

#[test]
fn an_alert_on_what_nobody_emits_is_found() {
    let alerts = "deploy/prometheus/alerts.yaml";
    finds(
        &changed(alerts, |text| {
            text.replace(
                "glassbox_client_cost_total",
                "glassbox_client_cost_USD_total",
            )
        }),
        "no metric becomes",
    );
    finds(
        &changed(alerts, |text| {
            text.replace("by (job, gen_ai_tool_name)", "by (job, tool_name)")
        }),
        "has no label `tool_name`",
    );
    finds(
        &changed(alerts, |text| {
            text.replace("\"Spend by model\"", "\"Spend\u{20}by models\"")
        }),
        "there is no panel",
    );
}

#[test]
fn a_recipe_with_a_variable_that_nothing_reads_is_found() {
    let found = changed("docs/backends.md", |text| {
        text.replace(
            "OTEL_EXPORTER_OTLP_COMPRESSION",
            "OTEL_EXPORTER_OTLP_COMPRESS",
        )
    });
    finds(&found, "nothing reads OTEL_EXPORTER_OTLP_COMPRESS");
}

#[test]
fn a_panel_without_its_data_source_or_label_is_found() {
    let mut texts = texts();
    let dashboard = json!({"panels": [{
        "id": 1, "title": "a", "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8},
        "datasource": {"type": "loki", "uid": "loki"},
        "targets": [{"expr": "sum by (job) (up)", "legendFormat": "{{instance}}"}],
        "fieldConfig": {"defaults": {"links": [{"url": "/explore?panes={"}]}},
    }, {"id": 1, "title": "a", "gridPos": {"x": 11, "y": 7, "w": 1, "h": 1}}]});
    texts.insert(
        "deploy/grafana/dashboards/other.json".to_owned(),
        dashboard.to_string(),
    );
    let found = check(&texts);
    finds(&found, "the data source `loki`");
    finds(&found, "the legend names `instance`");
    finds(&found, "its title is empty or another panel's");
    finds(&found, "its id is missing or another panel's");
    finds(&found, "lies over another panel");
    finds(&found, "opens nothing in Explore");
}

#[test]
fn promql_is_read_with_its_groups_and_matchers() {
    let right = [
        "sum by (job, le) (rate(gen_ai_client_inference_duration_seconds_bucket{error_type!=\"\", job=~\"$job\"}[$__rate_interval]))",
        "up == 0",
        "topk(5, glassbox_client_cost_total) by (user_id)",
        "label_values(glassbox_client_cost_total{job=~\"a\"}, gen_ai_request_model)",
    ];
    for query in right {
        assert_eq!(
            promql::check(query, &names()),
            Vec::<String>::new(),
            "{query}"
        );
    }
    let wrong = [
        (
            "rate(gen_ai_client_inference_duration_bucket[5m])",
            "no metric becomes",
        ),
        (
            "sum by (le) (gen_ai_client_inference_duration_seconds_count)",
            "no label `le`",
        ),
        (
            "gen_ai_execute_tool_duration_seconds_count{gen_ai_request_model=\"a\"}",
            "no label `gen_ai_request_model`",
        ),
        (
            "gen_ai_server_request_duration_seconds_count",
            "no metric becomes",
        ),
        ("1 + 1", "asks for no metric"),
    ];
    for (query, part) in wrong {
        finds(&promql::check(query, &names()), part);
    }
}

#[test]
fn traceql_is_read_with_what_its_spans_carry() {
    let right = [
        "{ span.gen_ai.operation.name = \"invoke_agent\" && span.gen_ai.request.model = \"a\" } >> { span.gen_ai.operation.name = \"execute_tool\" } | avg_over_time(duration) by (span.gen_ai.tool.name)",
        "{ span.gen_ai.operation.name = \"chat\" || span.gen_ai.tool.name = \"a\" }",
        "{ event:name = \"glassbox.retry\" && event.glassbox.retry.attempt > 1 }",
        "{ span.gen_ai.prompt.variable.city = \"Bern\" && span.openai.api.type = \"responses\" }",
    ];
    for query in right {
        assert_eq!(
            traceql::check(query, &names()),
            Vec::<String>::new(),
            "{query}"
        );
    }
    let wrong = [
        (
            "{ span.gen_ai.usage.total_tokens > 1000 }",
            "no attribute `gen_ai.usage.total_tokens`",
        ),
        (
            "{ span.gen_ai.request.model = \"a\" } | avg_over_time(duration) by (span.gen_ai.tool.name)",
            "no span carries all",
        ),
        (
            "{ span.gen_ai.operation.name = \"execute_tool\" && span.gen_ai.request.model = \"a\" }",
            "no span of `execute_tool`",
        ),
        (
            "{ span.gen_ai.operation.name = \"chats\" }",
            "and not `chats`",
        ),
        ("{ span.glassbox.outcome = \"done\" }", "and not `done`"),
        ("{ span.gen_ai.usage.input_tokens > \"5\" }", "is a number"),
        ("{ span.gen_ai.tool.name = 5 }", "is no number"),
        ("{ .gen_ai.tool.name = \"a\" }", "does not say whose"),
        ("{ event:name = \"glassbox.again\" }", "no event"),
        (
            "{ event:name = \"glassbox.retry\" && event.glassbox.limit > 1 }",
            "has no `glassbox.limit`",
        ),
        ("{ resource.host = \"a\" }", "nothing sets"),
        ("duration > 1s", "before any span"),
    ];
    for (query, part) in wrong {
        finds(&traceql::check(query, &names()), part);
    }
}
