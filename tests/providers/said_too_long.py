"""What vendors say to a request that is larger than a limit: (who, status, words reworded from public reports)."""

from __future__ import annotations

KNOWN: tuple[tuple[str, int, str], ...] = (
    (
        "OpenAI",
        400,
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9105 tokens.",
    ),
    (
        "OpenAI",
        400,
        "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300411 tokens.",
    ),
    ("OpenAI", 400, "Your input exceeds the context window of this model. Please adjust your input and try again."),
    ("OpenAI", 429, "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 42011."),
    ("Anthropic", 400, "prompt is too long: 210110 tokens > 200000 maximum"),
    ("Anthropic", 400, "input length and `max_tokens` exceed context limit: 190000 + 21333 > 200000"),
    ("Anthropic", 413, "Request exceeds the maximum size"),
    ("Google", 400, "The input token count (1200345) exceeds the maximum number of tokens allowed (1048576)."),
    (
        "Google Vertex",
        400,
        "Unable to submit request because the input token count is 40000 but model only supports up to 32768.",
    ),
    (
        "Groq",
        413,
        "Request too large for model `m` on tokens per minute (TPM): Limit 12000, Requested 14137, reduce it.",
    ),
    ("Groq", 400, "Please reduce the length of the messages or completion."),
    ("Mistral", 400, "Prompt contains 40013 tokens, too large for model with 32768 maximum context length"),
    ("Mistral", 422, "Too many tokens in the prompt: 35000, the most are 32000"),
    (
        "DeepSeek",
        400,
        "This model's maximum context length is 65536 tokens, you requested 70100 tokens (62100 in the messages).",
    ),
    ("xAI", 400, "This model's maximum prompt length is 131072 but the request contains 537812 tokens."),
    ("Cohere", 400, "too many tokens: total number of tokens in the prompt cannot exceed 4081, received 5000."),
    ("Bedrock", 400, "Input is too long for requested model."),
    ("Bedrock", 400, "Too many input tokens. Max input tokens: 8192, request input token count: 9001"),
    ("vLLM", 400, "The decoder prompt (length 9012) is longer than the maximum model length of 8192."),
    (
        "vLLM",
        400,
        "You passed 9000 input tokens and requested 500 output tokens. The model's context length is only 8192.",
    ),
    ("llama.cpp", 400, "request (4267 tokens) exceeds the available context size (4096 tokens), try increasing it"),
    ("llama.cpp", 500, "the request exceeds the available context size. try increasing the context size"),
    ("TGI", 422, "Input validation error: `inputs` must have less than 4095 tokens. Given: 5000"),
    (
        "TGI",
        422,
        "`inputs` tokens + `max_new_tokens` must be <= 2048. Given: 1900 `inputs` tokens and 512 `max_new_tokens`",
    ),
    (
        "LM Studio",
        400,
        "Trying to keep the first 5021 tokens when context the overflows. The model has a context of 4096 tokens.",
    ),
    ("Together", 422, "`inputs` tokens + `max_new_tokens` must be <= 8193, given 9102"),
    (
        "OpenRouter",
        400,
        "This endpoint's maximum context length is 32768 tokens. However, you requested about 40000 tokens.",
    ),
    ("Fireworks", 400, "The prompt is too long: 140000, model maximum context length: 131071"),
    ("LiteLLM", 400, "ContextWindowExceededError: context window exceeded for this deployment"),
    ("Alibaba", 400, "Range of input length should be [1, 30720]: the input is longer"),
    ("Hugging Face", 422, "Input validation error: inputs tokens must be less than 1024 tokens, given 2012"),
)
"""The rule was written with these in view."""

UNSEEN: tuple[tuple[str, int, str], ...] = (
    (
        "SambaNova",
        400,
        "Requested generation length 500 is not possible: the prompt of 8100 tokens exceeds the sequence limit",
    ),
    ("Cerebras", 400, "Please reduce the length of the messages. Current length is 9000 while limit is 8192"),
    ("Moonshot", 400, "Invalid request: Your request exceeded model token limit: 131072"),
    ("Zhipu", 400, "Prompt exceeds max length"),
    ("MiniMax", 400, "invalid params, context window exceeds limit"),
    ("Baidu", 400, "the max input characters of the prompt is too long"),
    ("Volcengine", 400, "Total tokens of image and text exceed max message tokens"),
    ("Tencent", 400, "messages are too long: the input must not be larger than 32000 tokens"),
    ("SiliconFlow", 413, "length of prompt_tokens (33100) must be less than max_seq_len (32768)."),
    ("NVIDIA NIM", 400, "Input length 5100 exceeds maximum allowed token size 4096"),
    ("Perplexity", 400, "The input is too large: max tokens for the conversation were exceeded"),
    ("AI21", 422, "prompt too long, maximum length in tokens is 8191"),
    ("IBM watsonx", 400, "the number of input tokens 9000 cannot exceed the total tokens limit 8192 for this model"),
    ("Databricks", 400, "Bad request: prompt token count of 9000 exceeds the limit of 8192"),
    ("GitHub Copilot", 400, "prompt token count of 66000 exceeds the limit of 64000"),
    ("GitHub Models", 413, "Request body too large for gpt-4o model. Max size: 8000 tokens."),
    ("Ollama", 400, "input length exceeds maximum context length"),
    ("Ollama", 500, "the input length exceeds the context length"),
    ("KoboldCpp", 400, "The prompt is larger than the context of 4096 tokens"),
    ("SGLang", 400, "The input (9000 tokens) is longer than the model's context length (8192 tokens)."),
    ("SGLang", 400, "Requested token count exceeds the model's maximum context length of 8192 tokens"),
    ("LMDeploy", 400, "input sequence of 9000 is longer than session length 8192"),
    ("MLX", 400, "Prompt does not fit: 9000 tokens, and the context holds 8192"),
    ("TensorRT-LLM", 400, "Prompt length (9000) exceeds maximum input length (8192)."),
    ("exllama", 400, "Prompt length 9000 is greater than max_seq_len 8192"),
    ("Aleph Alpha", 400, "the prompt's 2100 tokens exceed this model's maximum of 2048 tokens"),
    ("Writer", 400, "Your context is too long, shorten it"),
    ("Azure", 400, "The request has 140000 tokens, which is more than the model's maximum context of 128000"),
    (
        "Vercel gateway",
        413,
        "input is too big: the request has 300000 tokens and 200000 are accepted by this model as input",
    ),
    (
        "Cloudflare",
        413,
        "The number of input and maximum output tokens (9000) exceeded this model context window limit (8192).",
    ),
    ("Portkey", 400, "the prompt is too large for the window of this model"),
    ("Reka", 400, "conversation history too long: 140000 tokens over the limit of 128000"),
    ("Nebius", 400, "Sequence is too long: 41000 > 40960"),
    ("Hyperbolic", 400, "Requested 33000 tokens, but the maximum context is 32768"),
    ("Novita", 400, "input token exceeds the max allowed"),
    ("Upstage", 400, "The number of prompt tokens, 33000, is larger than the maximum, 32768"),
)
"""Written after the rule, which was not changed for them."""

FOUND: tuple[tuple[str, int, str], ...] = (
    ("ds4", 400, "Prompt tokens (70000) exceeds context size (65536)"),
    (
        "vLLM",
        400,
        "This model's maximum context length is 262144 tokens. However, you requested 0 output tokens and your prompt "
        "contains at least 262145 input tokens, for a total of at least 262145 tokens.",
    ),
    ("Bedrock", 400, "ValidationException: The input is too long"),
    ("Bedrock", 400, "ValidationException: Input exceeds the max input token limit"),
    ("Bedrock", 424, "ModelStreamErrorException: Input is too long"),
    ("Bedrock Mantle", 400, "prompt tokens (1200008) exceed model maximum (1050000) for openai.gpt-5.6-terra"),
    ("Ollama", 400, "ollama: context length exceeded for llama3"),
    ("Ollama", 400, "prompt too long; exceeded max context length by 812 tokens"),
    ("Cohere", 400, "total tokens exceeds the model's max of 4096"),
    ("a gateway", 400, "input is too long for model gpt-5.4"),
    ("an OpenAI-compatible server", 400, "Input length (265330) exceeds model's maximum context length (262144)."),
    (
        "OpenAI",
        400,
        "This model's maximum context length is 4097 tokens, however you requested 4130 tokens (130 in your prompt; "
        "4000 for the completion). Please reduce your prompt; or completion length.",
    ),
)
"""As they stand in public threads, looked up when the rule was a week old: it knew all words; Bedrock's status not."""

NOT: tuple[tuple[str, int, str], ...] = (
    (
        "OpenAI",
        429,
        "Rate limit reached on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 2s.",
    ),
    ("Anthropic", 429, "This request would exceed your organization's rate limit of 40,000 input tokens per minute."),
    (
        "Azure",
        429,
        "Requests have exceeded the token rate limit of your current pricing tier. Please retry after 8 seconds.",
    ),
    ("OpenAI", 400, "max_tokens is too large: 100000. This model supports at most 16384 completion tokens."),
    (
        "OpenAI",
        400,
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'.",
    ),
    ("Go servers", 500, "context deadline exceeded"),
    ("OpenAI", 400, "Invalid value for temperature: 3 is greater than the maximum of 2"),
    ("Google", 429, "Quota exceeded for metric generate_content_free_tier_input_token_count, limit: 250000"),
    ("any", 401, "Your access token has exceeded its maximum lifetime"),
    ("any", 400, "Extra inputs are not permitted"),
    ("any", 400, "messages: at least one message is required"),
    ("any", 500, "Internal error: request timed out, context canceled"),
    ("Google", 400, "maxOutputTokens must be less than or equal to 8192"),
    ("any", 429, "Too many requests, slow down"),
    ("Bedrock", 429, "ThrottlingException: Too many tokens, please wait before trying again."),
    ("Bedrock", 400, "Too many tokens, please wait before trying again."),
    ("any", 429, "Too many concurrent requests for this API token, max 5"),
)
"""Words that are near, and mean something else."""
