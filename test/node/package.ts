// What tests use of the package: its public face, and a word or two of the command line's.

export * from "../../hosts/node/index.js";
export { permissionText } from "../../hosts/node/segment.js";
