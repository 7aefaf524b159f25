import * as aldis from "@aldis/client";
import play from "./play.cjs";

await play(aldis, "esm");
console.log("ES modules: good");
