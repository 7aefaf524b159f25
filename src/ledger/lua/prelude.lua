-- What every script on a room begins with: its keys, its arguments, and the room as it is, in the server's epoch.
--
-- KEYS  h (hot fields), i (prefix of inboxes), e (epoch); the other names of the bucket follow from the first
-- ARGV  room, asking node, epoch that the caller knows (0: the present one); the script's own arguments follow from ARGV[4] on
--
-- Before the prelude stand CHANNEL, the prefix of node channels, ENTRIES and BYTES, which an inbox may hold, SETTLE, the milliseconds
-- in which an epoch settles, and what the script
-- wants with the first question: SEAT, whether its first argument is a seat (`p`: and its receivers), and RECEIVER, whether its
-- third is.
--
-- A script refuses before its first write: fields are changed in memory and written by `finish`, inboxes are appended to
-- once nothing can be refused any more. Numbers travel as text of whole numbers: Lua would print 14 digits.

local HOT, INBOX, ERA = unpack(KEYS)
local ROOM, NODE, KNOWN, ARGS = ARGV[1], ARGV[2], tonumber(ARGV[3]), 4
local PREFIX, TAG = HOT:match('^(.-)h:({%d+}):')
local COLD, AT = PREFIX .. 'r:' .. TAG .. ':' .. ROOM, PREFIX .. 'at:' .. TAG .. ':'
local DUE, LEASES = PREFIX .. 'due:' .. TAG, PREFIX .. 'leases:' .. TAG
local TTL, INBOX_TTL, PROLONG_MS = 4320, 3600, 720000
local CLAIM_WAIT, ENDED_MAX, MARKS_MAX, SKIPPED_MAX = 100, 16, 8, 512

local function text(number) return string.format('%.0f', number) end
local function number(field) return tonumber(field or 0) end

local read_clock

local function now()
  read_clock = read_clock or clock()
  return read_clock
end

-- The fields of a hash: read once, written at the end. `false` is a field that is not there.
local Fields = {}
Fields.__index = Fields

function Fields:get(name)
  local seen = self.seen
  if seen[name] == nil then seen[name] = redis.call('HGET', self.key, name) end
  return seen[name]
end

function Fields:load(names)
  local seen, unseen = self.seen, {}
  for _, name in ipairs(names) do if seen[name] == nil then unseen[#unseen + 1] = name end end
  for first = 1, #unseen, 1000 do
    local last = math.min(first + 999, #unseen)
    local found = redis.call('HMGET', self.key, unpack(unseen, first, last))
    for place = first, last do seen[unseen[place]] = found[place - first + 1] end
  end
end

function Fields:set(name, value)
  if self.seen[name] ~= value then self.seen[name], self.changed[name] = value, true end
end

function Fields:clear(name)
  if self.seen[name] ~= false then self.seen[name], self.changed[name] = false, true end
end

function Fields:flush()
  local written, removed = {}, {}
  for name in pairs(self.changed) do
    if self.seen[name] then
      written[#written + 1], written[#written + 2] = name, self.seen[name]
    else
      removed[#removed + 1] = name
    end
  end
  for first = 1, #written, 1000 do
    redis.call('HSET', self.key, unpack(written, first, math.min(first + 999, #written)))
  end
  for first = 1, #removed, 1000 do
    redis.call('HDEL', self.key, unpack(removed, first, math.min(first + 999, #removed)))
  end
end

local function fields(key) return setmetatable({ key = key, seen = {}, changed = {} }, Fields) end

local hot, cold = fields(HOT), fields(COLD)
-- The record of a seat, which is one field, named by its join order: what is not there is empty. A field costs more than its text.
local SHAPE = '^' .. ('([^|]*)|'):rep(11) .. '(.*)$'
local PART = { f = 1, q = 2, y = 3, d = 4, o = 5, l = 6, j = 7, x = 8, k = 9, b = 10, z = 11, a = 12 }
local records, changed_records = {}, {}

local function blank() return { '', '', '', '', '', '', '', '', '', '', '', '' } end

local function record(n)
  local known = records[n]
  if known then return known end
  local stored = hot:get(n)
  known = stored and { stored:match(SHAPE) } or blank()
  records[n] = known
  return known
end

local function get(n, letter)
  local value = record(n)[PART[letter]]
  return value ~= '' and value
end

local function put(n, letter, value)
  local known, part = record(n), PART[letter]
  if known[part] ~= (value or '') then known[part], changed_records[n] = value or '', true end
end

local function forget(n)
  records[n], changed_records[n] = blank(), nil
  hot:clear(n)
end

local function flush_records()
  for n in pairs(changed_records) do hot:set(n, table.concat(records[n], '|')) end
end

-- What a seat joined with, which is one cold field, named by its join order: `<window in ms>⏎<SHA-256 of the resume secret>⏎<user>⏎<session>⏎
-- <name>`. The last three are what others are told, in this order.
local ABOUT = '^(%d*)\n(%x*)\n(([^\n]*)\n([^\n]*)\n(.*))$'
local WINDOW, SECRET, SHOWN, USER, SESSION, NAME = 1, 2, 3, 4, 5, 6
local abouts = {}

local function about(n, part)
  local known = abouts[n]
  if not known then
    known = { (cold:get(n) or ''):match(ABOUT) }
    abouts[n] = known
  end
  return known[part]
end

local function set_about(n, window, secret, shown)
  abouts[n] = nil
  cold:set(n, window .. '\n' .. secret .. '\n' .. shown)
end

local era = redis.call('HMGET', ERA, 'n', 't', 'newest', 'g')
local epoch, settles = number(era[1]), nil
local seats = {}
local touched, has_connected, is_reaping = {}, false, false

-- One entry or end and whom it is for: {node, seats, source, entry}, in the order in which they happened.
local told, open = {}, {}

local function tell(node, seat, source, entry)
  local group = open[node]
  if not group then
    group = { node = node, seats = {}, source = source, entry = entry }
    open[node], told[#told + 1] = group, group
  end
  group.seats[#group.seats + 1] = seat
end

local function tell_end(node, seat, reason)
  told[#told + 1] = { node = node, seats = { seat }, reason = reason }
end

-- A seat, by its join order `n`.
local function fence(n) return number(get(n, 'f')) end
local function node(n) return get(n, 'a') end
local function kept_for(n) local at = get(n, 'd') return at and tonumber(at) end
local function is_connected(n) return not get(n, 'd') end
local function is_orphaned(n) return get(n, 'o') end
local function is_unclaimed(n) return get(n, 'x') end
local function is_to_be_claimed(n) return is_connected(n) and is_unclaimed(n) end
local function last_entry(n) return number(get(n, 'q')) end

local function place(n)
  for index, seat in ipairs(seats) do if seat == n then return index end end
end

-- Loads the records of all seats, and the field of this letter of each.
local function load_seats(letter)
  local names = {}
  for _, n in ipairs(seats) do
    names[#names + 1] = n
    if letter then names[#names + 1] = letter .. n end
  end
  hot:load(names)
end

local function settles_in()
  if settles and settles > now() then return settles - now() end
end

-- Epochs in which a seat was not claimed: {{epoch, newest entry then}, …}.
local function marks(n)
  local list = {}
  for era_of, seq in (get(n, 'x') or ''):gmatch('(%d+):(%d+)') do
    list[#list + 1] = { tonumber(era_of), tonumber(seq) }
  end
  return list
end

local function first_mark(n) local list = marks(n) return list[1] and list[1][2] end

local function mark_after(n, known)
  local list = marks(n)
  for _, mark in ipairs(list) do if mark[1] > known then return mark[2] end end
  return list[#list] and list[#list][2]
end

-- The room was stored in an older epoch: each seat is to be claimed in this one.
local function enter()
  load_seats()
  for _, n in ipairs(seats) do
    local list = marks(n)
    if #list == MARKS_MAX then table.remove(list, 2) end
    list[#list + 1] = { epoch, last_entry(n) }
    local parts = {}
    for index, mark in ipairs(list) do parts[index] = text(mark[1]) .. ':' .. text(mark[2]) end
    put(n, 'x', table.concat(parts, ' '))
    put(n, 'l', 'U')
  end
  hot:set('ep', text(epoch))
  event('')
  settles = number(era[2])
  hot:set('t', text(settles))
  hot.entered = true
end

local wanted = { 's', 'ep', 't', 'D', 'T', 'M' }
if SEAT then wanted[#wanted + 1] = ARGV[ARGS] end
if SEAT == 'p' then wanted[#wanted + 1] = 'p' .. ARGV[ARGS] end
if RECEIVER then wanted[#wanted + 1], wanted[#wanted + 2] = ARGV[ARGS + 2], 'c' .. ARGV[ARGS] .. '.' .. ARGV[ARGS + 2] end
hot:load(wanted)
local is_stored = hot:get('s') and true or false
if is_stored then
  for n in hot:get('s'):gmatch('%d+') do seats[#seats + 1] = n end
  settles = hot:get('t') and tonumber(hot:get('t'))
  if number(hot:get('ep')) < epoch then enter() end
elseif number(era[2]) > 0 and number(era[2]) > now() then
  settles = number(era[2])
end

-- The answer for a caller who knows the room in another epoch, if so; `lost`: the server knows no epoch.
local function stale()
  if not era[1] then return { 'lost' } end
  if KNOWN ~= 0 and KNOWN ~= epoch then return { 'epoch', text(epoch) } end
end

local function newest_order()
  return math.max(number(cold:get('rev')), is_stored and 0 or number(era[3]))
end
