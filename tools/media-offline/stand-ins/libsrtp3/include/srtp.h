#pragma once
// The calls of libsrtp 3 that the worker makes, over libsrtp 2. Version 3 hides the policy behind functions, and its
// protect and unprotect have separate buffers for input and output with a length each.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <srtp2/srtp.h>

#ifndef SRTP_MAX_TAG_LEN
#define SRTP_MAX_TAG_LEN 16
#endif
#define srtp_err_status_buffer_small (static_cast<srtp_err_status_t>(28))
#define srtp_err_status_cryptex_err (static_cast<srtp_err_status_t>(29))

namespace offline
{
	struct Policy
	{
		srtp_policy_t inner;
		uint8_t key[SRTP_MAX_KEY_LEN];
	};

	using PolicyRef = Policy*;
	using InPlace   = srtp_err_status_t (*)(srtp_t, void*, int*);

	inline srtp_err_status_t policyCreate(PolicyRef* policy)
	{
		*policy = static_cast<PolicyRef>(std::calloc(1, sizeof(Policy)));

		return *policy ? srtp_err_status_ok : srtp_err_status_alloc_fail;
	}

	inline void policyDestroy(PolicyRef policy)
	{
		std::free(policy);
	}

	// Runs a call of version 2, which works in place, from one buffer to another.
	inline srtp_err_status_t copied(
	  InPlace call, srtp_t session, const uint8_t* input, size_t inputLen, uint8_t* output, size_t* outputLen)
	{
		if (input != output)
		{
			std::memmove(output, input, inputLen);
		}

		int len           = static_cast<int>(inputLen);
		const auto status = call(session, output, &len);

		*outputLen = static_cast<size_t>(len);

		return status;
	}

	// What is protected grows by a trailer, so there must be room for it.
	inline srtp_err_status_t grown(
	  InPlace call, srtp_t session, const uint8_t* input, size_t inputLen, uint8_t* output, size_t* outputLen)
	{
		if (inputLen + SRTP_MAX_TRAILER_LEN > *outputLen)
		{
			return srtp_err_status_buffer_small;
		}

		return copied(call, session, input, inputLen, output, outputLen);
	}

	inline srtp_err_status_t create(srtp_t* session, PolicyRef policy)
	{
		return srtp_create(session, &policy->inner);
	}

	inline srtp_err_status_t protect(
	  srtp_t session, const uint8_t* input, size_t inputLen, uint8_t* output, size_t* outputLen, size_t /*mkiIndex*/)
	{
		return grown(srtp_protect, session, input, inputLen, output, outputLen);
	}

	inline srtp_err_status_t protectRtcp(
	  srtp_t session, const uint8_t* input, size_t inputLen, uint8_t* output, size_t* outputLen, size_t /*mkiIndex*/)
	{
		return grown(srtp_protect_rtcp, session, input, inputLen, output, outputLen);
	}

	inline srtp_err_status_t unprotect(
	  srtp_t session, const uint8_t* input, size_t inputLen, uint8_t* output, size_t* outputLen)
	{
		return copied(srtp_unprotect, session, input, inputLen, output, outputLen);
	}

	inline srtp_err_status_t unprotectRtcp(
	  srtp_t session, const uint8_t* input, size_t inputLen, uint8_t* output, size_t* outputLen)
	{
		return copied(srtp_unprotect_rtcp, session, input, inputLen, output, outputLen);
	}

	inline srtp_err_status_t streamRemove(srtp_t session, uint32_t ssrc)
	{
		return srtp_remove_stream(session, ssrc);
	}
} // namespace offline

inline srtp_err_status_t srtp_policy_set_ssrc(offline::PolicyRef policy, srtp_ssrc_t ssrc)
{
	policy->inner.ssrc = ssrc;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_profile(offline::PolicyRef policy, srtp_profile_t profile)
{
	const auto status = srtp_crypto_policy_set_from_profile_for_rtp(&policy->inner.rtp, profile);

	return status ? status : srtp_crypto_policy_set_from_profile_for_rtcp(&policy->inner.rtcp, profile);
}

inline srtp_err_status_t srtp_policy_add_key(
  offline::PolicyRef policy,
  const uint8_t* key,
  size_t keyLen,
  const uint8_t* salt,
  size_t saltLen,
  const uint8_t* /*mki*/,
  size_t /*mkiLen*/)
{
	if (keyLen + saltLen > sizeof(policy->key))
	{
		return srtp_err_status_bad_param;
	}

	std::memcpy(policy->key, key, keyLen);
	std::memcpy(policy->key + keyLen, salt, saltLen);
	policy->inner.key = policy->key;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(offline::PolicyRef policy, bool allow)
{
	policy->inner.allow_repeat_tx = allow;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(offline::PolicyRef policy, size_t size)
{
	policy->inner.window_size = size;

	return srtp_err_status_ok;
}

#define srtp_policy_t offline::PolicyRef
#define srtp_policy_create offline::policyCreate
#define srtp_policy_destroy offline::policyDestroy
#define srtp_create offline::create
#define srtp_protect offline::protect
#define srtp_protect_rtcp offline::protectRtcp
#define srtp_unprotect offline::unprotect
#define srtp_unprotect_rtcp offline::unprotectRtcp
#define srtp_stream_remove offline::streamRemove
