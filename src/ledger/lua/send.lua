-- seat fence to cid described (entry, or skipped released entry…) → ok pushes · dup · fenced · receiver · wait ms
local refused = stale()
if refused then return refused end
local n, generation, to, cid, described, more, released = unpack(ARGV, ARGS, ARGS + 6)
local first = ARGS + 7
if #ARGV == ARGS + 5 then more, released, first = '', '', #ARGV end
if not is_held(n, tonumber(generation)) then return { 'fenced' } end
local function answer(...)
  local pushes = finish_passing()
  local list = { ... }
  list[#list + 1] = pushes
  return list
end
if is_unclaimed(n) then return answer('wait', text(CLAIM_WAIT)) end
if to == n or not place(to) then
  if to ~= n and settles_in() then return answer('wait', text(CLAIM_WAIT)) end
  apply(n, released .. ' ' .. cid)
  return answer('receiver')
end
if is_to_be_claimed(to) then return answer('wait', text(CLAIM_WAIT)) end
local used = tonumber(cid)
if used and used <= last_number(n, to) and not is_skipped(n, used) then return answer('dup') end
raise(n, to, used or 0, described == '1')
skip(n, more)
apply(n, released .. ' ' .. cid)
for place_of = first, #ARGV do
  open = {}
  append(to, ARGV[place_of], used and n .. ':' .. cid .. ':0')
end
return answer('ok')
