// What a spec's tests come to, a line of JSON for each.

const TEST = 0;

const same = (text) => text;
const plain = (value) => value?.stringify({
  indent: 0, classNameFormatter: same, keywordFormatter: same, numberFormatter: same, stringFormatter: same,
}).trim();

/** The names of the groups around a test. */
function groupsOf(node) {
  return node.parent ? [...groupsOf(node.parent), node.parent.name].filter(Boolean) : [];
}

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

export default {
  onEnter() {},
  onExit(context, node) {
    const spec = context.fileName;
    if (node.type !== TEST && (node.pass || node.children.some((child) => !child.pass))) return;
    say({
      spec, groups: groupsOf(node), name: node.name, pass: node.pass,
      message: node.message, actual: plain(node.actual), expected: plain(node.expected), stack: node.stackTrace,
    });
  },
  onFinish(context) {
    for (const { message, stackTrace } of context.errors) say({ spec: context.fileName, groups: [], name: "start", pass: false, message, stack: stackTrace });
  },
};
