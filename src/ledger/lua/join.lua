-- user session secret window max name → ok epoch seat replaced members media pushes · full · wait ms
local refused = stale()
if refused then return refused end
local user, session, secret, window, max, name = unpack(ARGV, ARGS)

load_members({ 'u' .. user, 'rev' })
local older = cold:get('u' .. user)
if older and cold:get('S' .. older) == session then
  local answer = get(older, 'j') and cmsgpack.unpack(cold:get('j' .. older)) or { '', {} }
  return { 'ok', text(epoch), older, answer[1], answer[2], media(), finish() }
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
if #seats - (older and 1 or 0) >= tonumber(max) then return { 'full' } end

local last = newest_order()
local replaced = older and finish_seat(older, 'replaced') or ''
local n, before = text(math.max(now(), last + 1)), members()
if #before > 0 or replaced ~= '' then
  put(n, 'j', '1')
  cold:set('j' .. n, cmsgpack.pack({ replaced, before }))
end
append_to_all('J' .. n .. '\n' .. user .. '\n' .. session .. '\n' .. name)
make_seat(n, '1', user, session, secret, name, window)
event('J' .. n .. '\n' .. user .. '\n' .. NODE .. '\n' .. name)
return { 'ok', text(epoch), n, replaced, before, media(), finish() }
