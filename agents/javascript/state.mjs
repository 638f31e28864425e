// SPDX-License-Identifier: LGPL-2.1-or-later
// Converts the messages of a graph's state to the format of the Agent Server: only the members of the protocol.
const TYPES = {
  human: 'human', user: 'human', ai: 'ai', assistant: 'ai', system: 'system', tool: 'tool', function: 'function', remove: 'remove',
};
const BLOCKS = new Set([
  'text', 'reasoning', 'tool_call', 'tool_call_chunk', 'invalid_tool_call', 'server_tool_call', 'server_tool_call_chunk',
  'server_tool_call_result', 'image', 'audio', 'video', 'file', 'non_standard',
]);

const isObject = value => typeof value === 'object' && value !== null && !Array.isArray(value);
const isMessage = value => isObject(value) && Object.hasOwn(TYPES, value.type ?? '');

/** Converts to plain JSON; LangChain's objects that can be serialized (messages) become flat objects. */
export function plain(value) {
  const text = JSON.stringify(value, function (key, shown) {
    const raw = this[key];
    if (typeof raw?.toDict !== 'function')
      return typeof shown === 'bigint' ? Number(shown) : shown;
    const {type, data} = raw.toDict();
    return {...data, type};
  });
  return text === undefined ? null : JSON.parse(text);
}

/** Converts a state or an update (plain JSON): messages to the protocol's format, without `__interrupt__`. */
export function stateOf(value) {
  if (Array.isArray(value))
    return value.map(entry => isMessage(entry) ? message(entry) : stateOf(entry));
  if (!isObject(value))
    return value;
  const members = Object.entries(value).filter(([key]) => key !== '__interrupt__');
  return Object.fromEntries(members.map(([key, entry]) => [key, member(key, entry)]));
}

function member(key, value) {
  if (key === 'messages' && Array.isArray(value))
    return value.map(entry => isMessage(entry) ? message(entry) : entry);
  return stateOf(value);
}

function message(value) {
  const type = TYPES[value.type];
  const shown = {type, content: content(value.content ?? '')};
  for (const name of ['id', 'name']) {
    if (typeof value[name] === 'string')
      shown[name] = value[name];
  }
  if (isObject(value.response_metadata) && Object.keys(value.response_metadata).length > 0)
    shown.response_metadata = value.response_metadata;
  if (['ai', 'human'].includes(type) && typeof value.example === 'boolean')
    shown.example = value.example;
  if (type === 'tool')
    Object.assign(shown, toolResult(value));
  return type === 'ai' ? {...shown, ...calls(value)} : shown;
}

function toolResult(value) {
  const shown = {};
  if (typeof value.tool_call_id === 'string')
    shown.tool_call_id = value.tool_call_id;
  if (['success', 'error'].includes(value.status))
    shown.status = value.status;
  if ('artifact' in value)
    shown.artifact = value.artifact;
  return shown;
}

function content(value) {
  if (!Array.isArray(value))
    return value;
  const blocks = value.map(block).filter(entry => entry !== null);
  return blocks.length > 0 ? blocks : value;
}

function block(value) {
  if (typeof value === 'string')
    return {type: 'text', text: value};
  if (typeof value?.type !== 'string')
    return null;
  if (BLOCKS.has(value.type))
    return value;
  if (value.type !== 'image_url')
    return {type: 'non_standard', value};
  const url = value.image_url?.url ?? value.image_url;
  return typeof url === 'string' ? {type: 'image', url} : null;
}

/** Returns the tool calls of an AI message, and the invalid ones. */
function calls(value) {
  const raw = value.tool_calls?.length ? value.tool_calls : value.additional_kwargs?.tool_calls ?? [];
  const made = Array.isArray(raw) ? raw.filter(isObject).map(call) : [];
  const valid = made.filter(entry => entry.type === 'tool_call');
  const said = value.invalid_tool_calls;
  const invalid = said?.length ? said.filter(isObject).map(invalidCall) : made.filter(entry => entry.type !== 'tool_call');
  return {...(valid.length && {tool_calls: valid}), ...(invalid.length && {invalid_tool_calls: invalid})};
}

function identity({id, name, function: called}) {
  const shown = {id, name: name ?? called?.name};
  return Object.fromEntries(Object.entries(shown).filter(([, entry]) => typeof entry === 'string'));
}

function call(value) {
  const who = identity(value);
  const args = 'args' in value ? value.args : value.function?.arguments;
  const text = typeof args === 'string' ? {args} : {};
  if (!('name' in who))
    return {...who, ...text, error: 'Incomplete tool call.', type: 'invalid_tool_call'};
  try {
    return {...who, args: typeof args === 'string' && args !== '' ? JSON.parse(args) : args || {}, type: 'tool_call'};
  } catch {
    return {...who, ...text, error: 'Malformed args.', type: 'invalid_tool_call'};
  }
}

function invalidCall(value) {
  const text = typeof value.args === 'string' ? {args: value.args} : {};
  return {...identity(value), ...text, error: typeof value.error === 'string' ? value.error : 'Malformed args.', type: 'invalid_tool_call'};
}
