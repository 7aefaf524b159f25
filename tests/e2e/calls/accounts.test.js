import { after } from "node:test";
import { House } from "../stage/house.js";
import { Post } from "../stage/post.js";

let post;
const house = House.open(async () => {
  post = await Post.start();
  return {
    "mail.url": `smtp://127.0.0.1:${post.port}?tls=none`,
    "mail.from": "Aldis <no-reply@example.org>",
    "http.public_url": "http://localhost",
    "auth.verify_email": "true",
  };
});
after(() => post?.close());

house.test("a new account is confirmed by mail, and a forgotten password is replaced by mail", async () => {
  const ann = await house.stranger("Ann");
  await ann.page.goto("/");
  await ann.get("auth-name").fill(ann.name);
  await ann.get("auth-email").fill(ann.email);
  await ann.get("auth-password").fill(ann.password);
  await ann.get("auth-submit").click();
  await ann.shows("auth-mailed");
  await ann.photograph("sign-up-mailed");
  await ann.get("auth-back").click();
  await ann.get("auth-email").fill(ann.email);
  await ann.get("auth-password").fill(ann.password);
  await ann.get("auth-submit").click();
  await ann.shows("auth-error");

  await ann.page.goto(await post.link("verify", ann.email));
  await ann.shows("page-verify");
  await ann.get("verify-password").fill("not the password");
  await ann.get("auth-submit").click();
  await ann.shows("auth-error");
  await ann.get("verify-password").fill(ann.password);
  await ann.get("auth-submit").click();
  await ann.shows("page-lobby");

  await ann.get("logout").click();
  await ann.get("auth-mode-login").click();
  await ann.get("auth-forgot").click();
  await ann.shows("forgot-form");
  await ann.photograph("forgot-password");
  await ann.get("auth-email").fill(ann.email);
  await ann.get("auth-submit").click();
  await ann.shows("auth-mailed");
  await ann.page.goto(await post.link("reset", ann.email));
  await ann.shows("page-reset");
  await ann.photograph("reset-password");
  await ann.get("reset-password").fill("another horse battery");
  await ann.get("auth-submit").click();
  await ann.shows("page-done");
  await ann.get("go-login").click();
  await ann.get("auth-email").fill(ann.email);
  await ann.get("auth-password").fill("another horse battery");
  await ann.get("auth-submit").click();
  await ann.shows("page-lobby");
});
