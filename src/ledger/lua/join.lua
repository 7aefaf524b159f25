-- `max`: the room's own, and for newcomers while media was never placed, and while it flows between the browsers; 0: nobody new, but a
-- user who has a seat takes it again. `name`: and after a byte 1 the attributes (`told.lua`).
-- user session secret window max name revision → ok epoch seat replaced members media pushes · full · crowded · wait ms
local refused = stale()
if refused then return refused end
local user, session, secret, window, max, name, revision = unpack(ARGV, ARGS)

load_members({ 'u' .. user, 'rev', 'o' })
local older = cold:get('u' .. user)
if older and about(older, SESSION) == session then
  local answer = get(older, 'j') and cmsgpack.unpack(cold:get('j' .. older)) or { '', {} }
  return { 'ok', text(epoch), older, answer[1], answer[2], answer[3] or media(), finish() }
end
if settles_in() then
  local wait = settles_in()
  finish()
  return { 'wait', text(wait) }
end
load_seats()
if settles then
  for _, n in ipairs(seats) do
    if is_to_be_claimed(n) then
      finish()
      return { 'wait', text(CLAIM_WAIT) }
    end
  end
end
local own, unplaced, mesh = max:match('^(%d+) (%d+) (%d+)$')
local function bound()
  local _, _, mode = hosting()
  if older or mode == 'sfu' then return own end
  return mode and mesh or unplaced
end
local taken = #seats - (older and 1 or 0)
if taken >= tonumber(bound()) and not (older and own == '0') then
  return { taken < tonumber(own) and 'crowded' or 'full' }
end

local last = newest_order()
local replaced = older and finish_seat(older, 'replaced') or ''
local n, before, flows = text(math.max(now(), last + 1)), members(), media()
if #before > 0 or replaced ~= '' then
  put(n, 'j', '1')
  cold:set('j' .. n, cmsgpack.pack({ replaced, before, flows }))
end
local shown = user .. '\n' .. session .. '\n' .. name
if not hides(name) then append_to_all('J' .. n .. '\n' .. shown) end
make_seat(n, '1', user, secret, window, shown)
if tonumber(revision) > number(cold:get('o')) then cold:set('o', revision) end
event('J' .. n .. '\n' .. user .. '\n' .. NODE .. '\n' .. name:match('^[^\1]*'))
return { 'ok', text(epoch), n, replaced, before, flows, finish() }
