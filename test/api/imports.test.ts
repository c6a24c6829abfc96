import { test } from "node:test";

test.todo("being written");
