// What is dying, out of everybody's sight: the moment between the last finaliser and the release of memory.

import { changed, changing } from "../base/generation";
import { Scope } from "../link/scope";
import { Context } from "./context";
import { Module, State, moduleAt } from "./module";

/**
 * Hides every module of a chain that `markDying` made. Readers wait for it, and look again, if any that stays could have found one of them; what
 * only its handle leads to is hidden by one store.
 *
 * @returns true if readers had to wait
 */
export function hideAll(context: Context, dying: Module | null): bool {
  countLeaving(dying);
  const isSeen = isShared(context, dying);
  if (isSeen) changing();
  pruneScopes(context, dying);
  let module = dying;
  while (module) {
    context.modules.remove(module);
    module.hide();
    module = module.dyingNext;
  }
  if (isSeen) changed();
  return isSeen;
}

/** Counts of every scope how many of its holders are dying: what none but these hold goes with them. */
function countLeaving(dying: Module | null): void {
  let each = dying;
  while (each) {
    if (each.home) each.home!.leaving = 0;
    if (each.scope) each.scope!.leaving = 0;
    each = each.dyingNext;
  }
  each = dying;
  while (each) {
    if (each.home) ++each.home!.leaving;
    if (each.scope) ++each.scope!.leaving;
    each = each.dyingNext;
  }
}

/** True if those that stay can find what is dying: by a name that is global or unique, or in a scope that they are looked up in, too. */
function isShared(context: Context, dying: Module | null): bool {
  let each = dying;
  while (each) {
    if (each.isGlobal || each.symbols.hasUnique || each.home && each.home!.stays) return true;
    each = each.dyingNext;
  }
  let scope = context.orphans;
  while (scope && !hasDying(scope)) scope = scope.nextOrphan;
  return scope != null;
}

function hasDying(scope: Scope): bool {
  let i: u32 = 0;
  while (i < scope.count && !scope.at(i).isDying) ++i;
  return i < scope.count;
}

/** Takes what is dying out of the scopes that outlive the module they were made for. */
function pruneScopes(context: Context, dying: Module | null): void {
  let each = dying;
  while (each) {
    const home = each.home;
    if (home && home.root == each.handle) {
      home.root = 0;
      if (home.stays) {
        home.hold();
        home.nextOrphan = context.orphans;
        context.orphans = home;
      }
    }
    each = each.dyingNext;
  }
  let scope = context.orphans;
  while (scope) {
    if (hasDying(scope)) prune(scope);
    scope = scope.nextOrphan;
  }
}

function prune(scope: Scope): void {
  let kept: u32 = 0;
  for (let i: u32 = 0; i < scope.count; ++i) {
    const symbols = scope.at(i);
    if (moduleAt(symbols.module).state != State.Dying) scope.replace(kept++, symbols);
  }
  scope.truncate(kept);
}

/** Lets go of the scopes that no module is looked up in any more; of all of them when the context ends. */
export function dropOrphans(context: Context, all: bool): void {
  let before: Scope | null = null;
  let scope = context.orphans;
  while (scope) {
    const next = scope.nextOrphan;
    if (all || scope.isHeldOnce) {
      if (before) before.nextOrphan = next;
      else context.orphans = next;
      if (scope.drop()) scope.release();
    } else before = scope;
    scope = next;
  }
}
