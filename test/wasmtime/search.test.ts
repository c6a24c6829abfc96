// Where the wasmtime host finds libraries.

import { type Searched, describeSearch } from "../support/searches.js";
import { linkThere } from "./run.js";

describeSearch("wasmtime", (args, cwd) => linkThere<Searched>(args, cwd));
