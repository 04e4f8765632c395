/**
 * The names that requests to the API are made of: what may be recorded of a request without recording its content. Made by
 * `npm run generate` from the types of the SDK.
 */

/** Names of fields. */
export const FIELDS: ReadonlySet<string> = new Set(
  `
    active allowed_callers allowed_domains allowed_tools authorization_token betas bill_to billing_policy
    block_binding blocked_domains budget_tokens cache_control caching caller citations cited_text city
    clear_at clear_at_least clear_tool_inputs client_tool_results close_tab compaction configs container
    content context context_management country cursor_position custom_id data default_config defer_loading
    definition description diagnostics disable_parallel_tool_use display display_height_px display_number
    display_width_px document_index document_title double_click download_id eager_input_streaming edits
    effort enable_zoom enabled encrypted_content encrypted_index encrypted_stdout end_block_index
    end_char_index end_page_number error error_code error_message exclude_tools fallback_credit_token
    fallbacks file_id file_type file_upload find form_input format from get_page_text hold_key hover id
    inference_geo input input_examples input_schema instructions is_error is_file_update javascript_exec
    keep key left_click left_click_drag left_mouse_down left_mouse_up lines list_tabs max_characters
    max_content_tokens max_tokens max_tokens_to_sample max_uses mcp_server_name mcp_servers media_type
    messages metadata middle_click mode model mouse_move name navigate new_lines new_start new_tab num_lines
    old_lines old_start output_config output_format oversized_image page_age params path
    pause_after_compaction prefix_mismatch_behavior previous_message_id prompt properties read_console
    read_network read_page region remaining requests required response_inclusion retrieved_at return_code
    right_click role schema screenshot scroll scroll_to search_result_index server_name server_tool_results
    service_tier signature size_bytes skill_id skills source speed start_block_index start_char_index
    start_line start_page_number state_changes stderr stdout stop_reason stop_sequences stream strict
    switch_tab system tab_id tabs task_budget temperature text thinking thread timezone title to token tool
    tool_changes tool_choice tool_configuration tool_id tool_name tool_references tool_use_id tools
    toolset_name top_k top_p total total_lines transformations trigger triple_click ttl type url url_sources
    use_cache user_id user_input user_location user_profile_id value version wait workspace_id zoom
  `.match(/\S+/g),
);

/** Values of `type`: of content blocks, of tools, and of what they are made of. */
export const TYPES: ReadonlySet<string> = new Set(
  `
    adaptive advisor_20260301 advisor_redacted_result advisor_result advisor_tool_result
    advisor_tool_result_error all anthropic any approximate auto base64 bash_20241022 bash_20250124
    bash_code_execution_output bash_code_execution_result bash_code_execution_tool_result
    bash_code_execution_tool_result_error between_tools billing_policy browser_state
    browser_toolset_20260801 char_location clear_thinking_20251015 clear_tool_uses_20250919
    code_execution_20250522 code_execution_20250825 code_execution_20260120 code_execution_20260521
    code_execution_output code_execution_result code_execution_tool_result code_execution_tool_result_error
    compact_20260112 compaction computer_20241022 computer_20250124 computer_20251124
    computer_toolset_20260801 container_upload content content_block_location continue create custom direct
    disabled document download_completed download_failed download_started enabled
    encrypted_code_execution_result ephemeral except fallback file image input_tokens json_schema
    mcp_tool_listing mcp_tool_reference mcp_tool_result mcp_tool_use mcp_toolset mcp_toolset_reference
    memory_20250818 mid_conv_system none object only page_location redacted_thinking search_result
    search_result_location server_tool_use summarize tab_opened text text_editor_20241022
    text_editor_20250124 text_editor_20250429 text_editor_20250728 text_editor_code_execution_create_result
    text_editor_code_execution_str_replace_result text_editor_code_execution_tool_result
    text_editor_code_execution_tool_result_error text_editor_code_execution_view_result thinking
    thinking_turns tokens tool tool_addition tool_definition tool_reference tool_removal tool_result
    tool_search_tool_bm25 tool_search_tool_bm25_20251119 tool_search_tool_regex
    tool_search_tool_regex_20251119 tool_search_tool_result tool_search_tool_result_error
    tool_search_tool_search_result tool_use tool_uses url web_fetch_20250910 web_fetch_20260209
    web_fetch_20260309 web_fetch_20260318 web_fetch_result web_fetch_tool_result web_fetch_tool_result_error
    web_search_20250305 web_search_20260209 web_search_20260318 web_search_result web_search_result_location
    web_search_tool_result web_search_tool_result_error
  `.match(/\S+/g),
);

/** Values of `role`. */
export const ROLES: ReadonlySet<string> = new Set(
  `
    assistant system user
  `.match(/\S+/g),
);

/** Values of the `anthropic-beta` header. */
export const BETAS: ReadonlySet<string> = new Set(
  `
    admin-user-sign-out-2026-10-08 advisor-tool-2026-03-01 agent-memory-2026-07-22
    analytics-usage-cost-2026-08-24 cache-diagnosis-2026-04-07 ce-claude-code-managed-settings-2026-10-06
    ce-plugins-2026-09-01 ce-user-management-2026-07-13 code-execution-2025-05-22 compact-2026-01-12
    compact-2026-09-04 computer-use-2024-10-22 computer-use-2025-01-24 computer-use-2025-11-24
    context-1m-2025-08-07 context-management-2025-06-27 dev-full-thinking-2025-05-14 dreaming-2026-04-21
    efs-2026-10-01 experimental-claude-tag-2026-10-21 extended-cache-ttl-2025-04-11
    fallback-credit-2026-06-01 fallback-credit-2026-07-01 fast-mode-2026-02-01 files-api-2025-04-14
    google-managed-data-controls-2026-09-01 inline-tools-2026-09-15 interleaved-thinking-2025-05-14
    managed-agents-2026-04-01 mcp-client-2025-04-04 mcp-client-2025-11-20 mcp-client-2026-09-15
    mcp-tunnels-2026-06-22 message-batches-2024-09-24 message-threads-2026-08-12
    mid-conversation-output-config-2026-07-01 mid-conversation-system-clear-at-2026-08-21
    mid-conversation-tool-changes-2026-07-01 model-context-window-exceeded-2025-08-26 output-128k-2025-02-19
    output-300k-2026-03-24 pdfs-2024-09-25 prompt-caching-2024-07-31 server-side-fallback-2026-06-01
    server-side-fallback-2026-07-01 skills-2025-10-02 spend-limit-reads-2026-09-26
    structured-outputs-2025-11-13 task-budgets-2026-03-13 telemetry-destinations-2026-08-11
    thinking-binding-controls-2026-08-01 thinking-display-updates-2026-08-18 thinking-token-count-2026-05-13
    token-counting-2024-11-01 token-efficient-tools-2025-02-19 user-profiles-2026-03-24
    user-profiles-2026-08-18 user-profiles-2026-09-04 user-profiles-billing-2026-10-01 webhooks-2026-10-07
  `.match(/\S+/g),
);
