// Where Grafana's grammar finds faults in queries: a JSON list of queries in, for each a list of offsets out.
import { readFileSync } from "node:fs";
import { parser } from "@grafana/lezer-traceql";

const queries = JSON.parse(readFileSync(0, "utf8"));
const faults = queries.map((query) => {
  const found = [];
  parser.parse(query).iterate({
    enter(node) {
      if (node.type.isError) found.push(node.from);
    },
  });
  return found;
});
console.log(JSON.stringify(faults));
