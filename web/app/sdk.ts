// What every node serves as `/sdk/aldis.js`: both packages without React, for pages without a bundler.
export * from "@aldis/client";
export * from "@aldis/media";
