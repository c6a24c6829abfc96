// Modules by a number: whatever is added and taken out, in whatever order, an answer is what a list of pairs says.

import { take, usedBytes } from "../../../assembly/base/heap";
import { Directory, Place } from "../../../assembly/registry/directory";
import { freshHeap } from "./support/heap";
import { below, random, seed } from "./support/random";

const MOST = 200;
const places = new StaticArray<usize>(MOST);
const keys = new StaticArray<u32>(MOST);
/** What is in it, in the order it was added: numbers of places. */
let model: i32[] = [];
let directory: Directory = changetype<Directory>(0);

function placeAt(index: i32): Place { return changetype<Place>(places[index]); }

function open(): void {
  freshHeap(1 << 16);
  directory = changetype<Directory>(take(offsetof<Directory>()));
  for (let i = 0; i < MOST; ++i) places[i] = take(offsetof<Place>());
  model = [];
}

function add(index: i32, key: u32): void {
  keys[index] = key;
  directory.add(placeAt(index), key, <usize>index + 1);
  model.push(index);
}

function remove(index: i32): void {
  directory.remove(placeAt(index));
  model.splice(model.indexOf(index), 1);
}

/** Both have the same modules of a number, in the same order. */
function check(key: u32): void {
  let place = directory.first(key);
  for (let i = 0; i < model.length; ++i) {
    if (keys[model[i]] != key) continue;
    assert(place != null && place.module == <usize>model[i] + 1, "the next of this number");
    place = place!.next;
  }
  assert(place == null, "no other");
}

/** Adds and takes out at random, numbers out of so many. */
function play(round: u32, range: u32, spread: u32): i32 {
  open();
  seed(round);
  const before = usedBytes();
  let most = 0;
  for (let step = 0; step < 1000; ++step) {
    const index = <i32>below(MOST);
    const key = range ? below(range) * spread : random();
    if (placeAt(index).module) remove(index);
    else add(index, key);
    check(keys[index]);
    check(key);
    most = max(most, model.length);
  }
  for (let i = 0; i < MOST; ++i) check(keys[i]);
  while (model.length) remove(model[<i32>below(model.length)]);
  for (let i = 0; i < MOST; ++i) assert(directory.first(keys[i]) == null, "nothing is left");
  assert(usedBytes() == before, "it takes no memory");
  return most;
}

describe("registry: directory", () => {
  test("numbers that are counted", () => {
    for (let round: u32 = 1; round <= 10; ++round) expect(play(round, 300, 1)).toBeGreaterThan(50);
  });
  test("a few numbers, which many have", () => {
    for (let round: u32 = 1; round <= 10; ++round) expect(play(round, 5, 1)).toBeGreaterThan(50);
  });
  test("numbers that have their low bits in common", () => {
    for (let round: u32 = 1; round <= 10; ++round) expect(play(round, 300, 1 << 20)).toBeGreaterThan(50);
  });
  test("any numbers", () => {
    for (let round: u32 = 1; round <= 10; ++round) expect(play(round, 0, 1)).toBeGreaterThan(50);
  });

  test("what is in none is taken out of none", () => {
    open();
    directory.remove(placeAt(0));
    add(0, 7);
    directory.remove(placeAt(1));
    check(7);
    remove(0);
    directory.remove(placeAt(0));
    check(7);
  });
});
