const aldis = require("@aldis/client");
const play = require("./play.cjs");

play(aldis, "cjs").then(
  () => console.log("CommonJS: good"),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
