// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Finds the packages where tests/peers has put them.
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

const {resolve} = createRequire(new URL('../../../build/peers/node/', import.meta.url));

// The module FILE of the package NAME, whether the package exports it or not.
export function load(name, file) {
  return import(new URL(file, pathToFileURL(resolve(name))));
}
