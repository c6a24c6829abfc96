/** What the core can ask of `link`, as the program hears of it. */
export enum Question {
  None = 0,
  /** Which source is the library of this name? Answered by a source, 0 or Refused. */
  Needed,
  /** What does the host say this symbol is? Answered by Done with an address, or Refused. */
  Resolve,
  /** Which source is the file of this name, a member of a thin archive? Answered by a source, or Refused. */
  Member,
}
