-- facts claims (kind seat fence what)×facts (seat fence user name session secret window last sent heard skipped)×claims
--   → ok epoch {as an audit answers}… settled_after pushes
if not era[1] then return { 'lost' } end
if KNOWN > epoch then return { 'epoch', text(epoch) } end
local is_current = KNOWN == 0 or KNOWN == epoch
-- Who began a first epoch knew of nobody, and so did not let it settle; but here is somebody from an epoch before.
if not is_current and era[2] == '0' then
  era[2], era[4] = text(now() + SETTLE), text(SETTLE)
  redis.call('HSET', ERA, 't', era[2], 'g', era[4])
end
if not is_current and (settles or 0) == 0 and number(era[2]) > now() then settles = number(era[2]) end
local facts, claims = tonumber(ARGV[ARGS]), tonumber(ARGV[ARGS + 1])

local function free_again(n, generation, reason)
  if is_up_to(n, tonumber(generation)) then
    tell_ended(n, reason)
    free(n, reason)
  end
  remember(n, generation, reason)
end

local told_again = {}

function told_again.freed(n, generation, reason)
  if place(n) and not is_up_to(n, tonumber(generation)) then return end
  free_again(n, generation, reason)
end

function told_again.gone(n, generation, window)
  if is_up_to(n, tonumber(generation)) then disconnected(n, tonumber(generation), tonumber(window)) end
end

-- Frees seats that had left before the newest of these came. Nobody knows of a hidden one.
function told_again.known(_, _, orders)
  local known, newest = {}, 0
  for order in orders:gmatch('%d+') do known[order], newest = true, math.max(newest, tonumber(order)) end
  local had_left = {}
  for _, n in ipairs(seats) do
    if is_unclaimed(n) and tonumber(n) < newest and not known[n] and not is_hidden(n) then had_left[#had_left + 1] = n end
  end
  for _, n in ipairs(had_left) do free_again(n, '18446744073709551615', 'lost') end
end

function told_again.skipped(n, generation, list)
  if is_up_to(n, tonumber(generation)) and is_unclaimed(n) then
    store_skipped(n, {})
    skip(n, list)
  end
end

-- That seat has received this number of this session.
local function has_sent(from, to, cid, is_broadcast)
  if is_broadcast == '1' then raise_broadcast(from, cid) else raise(from, to, cid, false) end
end

-- The seat has received these numbers; of a sender that is not claimed yet they are kept until the epoch has settled.
local function hear(n, heard)
  for from, cid, is_broadcast in heard:gmatch('(%d+):(%d+):(%d)') do
    if from ~= n then
      if place(from) then
        has_sent(from, n, tonumber(cid), is_broadcast)
      elseif settles_in() then
        cold:set('H' .. n, (cold:get('H' .. n) or '') .. from .. ':' .. cid .. ':' .. is_broadcast .. ' ')
      end
    end
  end
end

-- What seats have received of this one before it was claimed.
local function heard_before(from)
  for _, n in ipairs(seats) do
    local heard, others = cold:get('H' .. n), {}
    for sender, cid, is_broadcast in (heard or ''):gmatch('(%d+):(%d+):(%d)') do
      if sender == from then
        has_sent(from, n, tonumber(cid), is_broadcast)
      else
        others[#others + 1] = sender .. ':' .. cid .. ':' .. is_broadcast .. ' '
      end
    end
    if heard then cold:set('H' .. n, #others > 0 and table.concat(others) or false) end
  end
end

-- How media flows, as a node knows it (as `media` answers it): the newer epoch counts, and whoever knows an older one is told.
local function claim_media(known)
  local at, theirs, tracks = known:match('^([^\n]*\n[^\n]*\n%a+ (%d+))\n?(.*)$')
  local _, _, _, present = hosting()
  present, theirs = number(present), tonumber(theirs)
  load_seats()
  if theirs > present then
    change_hosting(at)
    if present > 0 then append_to_all('H' .. at .. ' media_moved') end
  end
  if not hot:get('M') then return end
  local sent = {}
  for n, line in tracks:gmatch('(%d+) %S+ ([^\n]+)') do
    sent[n] = sent[n] or {}
    table.insert(sent[n], line)
  end
  open = {}
  for _, n in ipairs(seats) do
    if node(n) == NODE and not is_unclaimed(n) then
      if theirs < present then append(n, 'H' .. hot:get('M') .. ' media_moved') else store_producers(n, sent[n] or {}) end
    end
  end
end

local claimed_media = {}

-- Once the seats are claimed.
function told_again.media(_, _, known) claimed_media[#claimed_media + 1] = known end

local function raise_all(n, sent)
  for to, cid, described in sent:gmatch('([%d-]+):(%d+)(d?)') do
    if to == '-' then raise_broadcast(n, tonumber(cid)) else raise(n, to, tonumber(cid), described == 'd') end
  end
end

-- Enters a seat again that this epoch does not know, unless it has ended.
local function claim_forgotten(n, generation, user, name, session, secret, window, last, sent, heard, skips)
  if is_current then return { 'ended', remembered(n, tonumber(generation)) or 'lost' } end
  local reason, other = remembered(n, tonumber(generation)), cold:get('u' .. user)
  if reason then return { 'ended', reason } end
  if other and tonumber(other) > tonumber(n) then return { 'ended', 'replaced' } end
  if not settles_in() then return { 'ended', 'lost' } end
  if other then finish_seat(other, 'replaced') end
  make_seat(n, generation, user, secret, window, user .. '\n' .. session .. '\n' .. name)
  event('R' .. n .. '\n' .. user .. '\n' .. NODE)
  put(n, 'q', last)
  put(n, 'l', 'U')
  raise_all(n, sent)
  skip(n, skips)
  heard_before(n)
  hear(n, heard)
  return { 'held', last, {}, '' }
end

local function claim_one(n, generation, user, name, session, secret, window, last, sent, heard, skips)
  if not place(n) then
    return claim_forgotten(n, generation, user, name, session, secret, window, last, sent, heard, skips)
  end
  local brought, seen = tonumber(generation), tonumber(last)
  if about(n, SESSION) ~= session or about(n, USER) ~= user or fence(n) > brought then return { 'ended', 'moved' } end
  if not is_unclaimed(n) and fence(n) == brought then return audit_one(n, brought, seen, 0) end
  put(n, 'f', generation)
  set_about(n, window, about(n, SECRET), about(n, SHOWN))
  raise_all(n, sent)
  store_skipped(n, {})
  skip(n, skips)
  local mark = mark_after(n, KNOWN)
  put(n, 'x', false)
  settle(n, mark, seen)
  connect(n)
  event('R' .. n .. '\n' .. user .. '\n' .. NODE)
  local entries = read(n, seen)
  hear(n, heard)
  if not settles_in() then forget_absent() end
  return held(n, entries)
end

local index, answers = ARGS + 2, {}
for _ = 1, facts do
  local kind, n, generation, what = unpack(ARGV, index, index + 3)
  told_again[kind](n, generation, what)
  index = index + 4
end
for _ = 1, claims do
  answers[#answers + 1] = claim_one(unpack(ARGV, index, index + 10))
  index = index + 11
end
for _, known in ipairs(claimed_media) do claim_media(known) end
local after = settles_in() or 0
return { 'ok', text(epoch), answers, text(after), finish() }
